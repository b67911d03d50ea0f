"""How well 120 judged queries do over 510 titles: nDCG@10 and recall@20 a class, printed beside the index alone.

A title is worth 3 when it is about what was asked, in the place that was asked; 1 when only the place is wrong.
``deployment/test tests/search/test_relevance.py -s`` prints the table.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "relevance"
CKAN_FIELDS = "name^4 title^4 tags^2 groups^2 text"
"""CKAN's own weights; giving them switches ours off, so that only the index is measured."""

GOAL, FLOOR = 0.85, 0.7
Row = dict[str, str]

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


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


@pytest.fixture
def titles(call: Callable[..., Any]) -> dict[str, Row]:
    made = {row["title"]: row for row in rows("titles.csv")}
    departments: dict[str, str] = {}
    for number, (title, row) in enumerate(made.items()):
        department = row["department"]
        if department not in departments:
            name = f"d{len(departments)}"
            call("organization_create", name=name, title_translated={"zh": department})
            departments[department] = name
        call(
            "package_create",
            name=f"t{number}",
            title_translated={"zh": title},
            notes_translated={"zh": f"{department}提供的{title}。"},
            owner_org=departments[department],
            tags=[{"name": row["tag"]}],
        )
    return made


def measure(call: Callable[..., Any], titles: dict[str, Row], **options: str) -> dict[str, tuple[float, float]]:
    """Class -> mean nDCG@10 and recall@20; ``all`` over everything."""
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for query in rows("queries.csv"):
        results = call("package_search", q=query["query"], rows=20, **options)["results"]
        found = [grade(query, titles[one["title"]]) for one in results]
        possible = [grade(query, title) for title in titles.values()]
        for kind in (query["kind"], "all"):
            scores[kind].append((ndcg(found, possible), recall(found, possible)))
    return {
        kind: (sum(a for a, _ in values) / len(values), sum(b for _, b in values) / len(values))
        for kind, values in scores.items()
    }


def test_every_class_of_queries_reaches_the_goal(call: Callable[..., Any], titles: dict[str, Row]) -> None:
    ours, index_alone = measure(call, titles), measure(call, titles, qf=CKAN_FIELDS)
    print(f"\n{'class':<12} {'nDCG@10':>8} {'index':>8} {'recall@20':>10} {'index':>8}")
    for kind, (gain, share) in ours.items():
        other_gain, other_share = index_alone[kind]
        print(f"{kind:<12} {gain:>8.3f} {other_gain:>8.3f} {share:>10.3f} {other_share:>8.3f}")
    weak = {kind: gain for kind, (gain, _) in ours.items() if gain < FLOOR}
    assert not weak
    assert ours["all"][0] >= GOAL
