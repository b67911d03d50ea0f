"""How well 120 judged queries do over 510 titles: nDCG@10 and recall@20 a class, printed beside stock CKAN.

A title is worth 3 when it is about what was asked, in the place that was asked; 1 when only the place is wrong.
Stock CKAN is CKAN's own Solr core, filled with the documents its indexer sends and asked by its own query code.
``deployment/test tests/search/test_relevance.py -s`` prints the table.
"""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pysolr
import pytest

from . import stock

HERE = Path(__file__).parent / "relevance"
SITE = "relevance-test"
GOAL, FLOOR = 0.85, 0.7
Row = dict[str, str]
Find = Callable[[str], list[str]]

pytestmark = pytest.mark.usefixtures("with_plugins")


def rows(name: str) -> list[Row]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grade(query: Row, title: Row) -> int:
    if title["subject"] != query["subject"]:
        return 0
    return 3 if query["place"] in ("", title["place"]) else 1


def ndcg(found: Sequence[int], possible: Sequence[int], depth: int = 10) -> float:
    def gain(grades: Sequence[int]) -> float:
        return sum((2**value - 1) / math.log2(place + 2) for place, value in enumerate(grades[:depth]))

    return gain(found) / gain(sorted(possible, reverse=True))


def recall(found: Sequence[int], possible: Sequence[int], depth: int = 20) -> float:
    wanted = min(depth, sum(value == 3 for value in possible))
    return sum(value == 3 for value in found[:depth]) / wanted


def stock_document(number: int, row: Row, departments: list[str]) -> dict[str, Any]:
    """A dataset as CKAN's indexer sends it."""
    name = f"t{number}"
    dataset = {
        "id": name,
        "name": name,
        "title": row["title"],
        "notes": f"{row['department']}提供的{row['title']}。",
        "tags": [{"name": row["tag"]}],
        "organization": {"name": f"d{departments.index(row['department'])}", "title": row["department"]},
        "resources": [],
    }
    return {
        "index_id": f"relevance-{name}",
        "site_id": SITE,
        "entity_type": "package",
        "dataset_type": "dataset",
        "state": "active",
        "capacity": "public",
        "permission_labels": ["public"],
        **{key: dataset[key] for key in ("id", "name", "title", "notes")},
        "title_string": row["title"],
        "tags": [row["tag"]],
        "groups": [],
        "organization": dataset["organization"]["name"],
        "metadata_modified": "2026-05-01T00:00:00Z",
        "metadata_created": "2026-05-01T00:00:00Z",
        "data_dict": json.dumps(dataset),
        "validated_data_dict": json.dumps(dataset),
    }


@pytest.fixture(scope="module")
def titles() -> dict[str, Row]:
    """Name -> title, subject, place, tag and department."""
    return {f"t{number}": row for number, row in enumerate(rows("titles.csv"))}


@pytest.fixture
def engines(ckan_config: Any, titles: dict[str, Row], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Find]]:
    """``ours`` and ``stock``: query -> the names of the first 20 datasets found."""
    from ckan import model
    from ckan.lib.search import query_for
    from ckan.plugins import toolkit as tk

    from ckanext.nxopendata.catalogue import index as catalogue_index
    from ckanext.nxopendata.search.indexing import index_document

    monkeypatch.setitem(ckan_config, "ckan.site_id", SITE)
    our_url = ckan_config["solr_url"]
    departments = sorted({row["department"] for row in titles.values()})
    documents = [stock_document(number, row, departments) for number, row in enumerate(titles.values())]
    ours, theirs = pysolr.Solr(our_url, timeout=60), pysolr.Solr(stock.core(our_url), timeout=60)
    ours.add(
        [
            index_document.build_document(catalogue_index.build_document(document), row["department"])
            for document, row in zip(documents, titles.values(), strict=True)
        ],
        commit=True,
    )
    theirs.add(documents, commit=True)

    def with_ours(q: str) -> list[str]:
        found = tk.get_action("package_search")({"user": "", "ignore_auth": True}, {"q": q, "rows": 20})
        return [dataset["name"] for dataset in found["results"]]

    def with_stock(q: str) -> list[str]:
        with monkeypatch.context() as patch:
            patch.setitem(ckan_config, "solr_url", theirs.url)
            return query_for(model.Package).run({"q": q, "rows": 20})["results"]

    yield {"ours": with_ours, "stock": with_stock}
    ours.delete(q=f'site_id:"{SITE}"', commit=True)
    stock.remove(our_url)


def measure(find: Find, titles: dict[str, Row]) -> dict[str, tuple[float, float]]:
    """Class -> mean nDCG@10 and recall@20; ``all`` over everything."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for query in rows("queries.csv"):
        found = [grade(query, titles[name]) for name in find(query["query"])]
        possible = [grade(query, title) for title in titles.values()]
        for kind in (query["kind"], "all"):
            scores[kind].append((ndcg(found, possible), recall(found, possible)))
    return {
        kind: (sum(a for a, _ in values) / len(values), sum(b for _, b in values) / len(values))
        for kind, values in scores.items()
    }


def test_every_class_of_queries_reaches_the_goal(engines: dict[str, Find], titles: dict[str, Row]) -> None:
    ours, theirs = measure(engines["ours"], titles), measure(engines["stock"], titles)
    print(f"\n{'class':<12} {'nDCG@10':>8} {'stock':>8} {'recall@20':>10} {'stock':>8}")
    for kind, (gain, share) in ours.items():
        other_gain, other_share = theirs[kind]
        print(f"{kind:<12} {gain:>8.3f} {other_gain:>8.3f} {share:>10.3f} {other_share:>8.3f}")
    weak = {kind: gain for kind, (gain, _) in ours.items() if gain < FLOOR}
    assert not weak
    assert ours["all"][0] >= GOAL
    assert ours["all"][0] > theirs["all"][0]
