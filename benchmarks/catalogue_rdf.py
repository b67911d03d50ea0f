"""``/catalog.ttl``: kept RDF against stock ckanext-dcat, same datasets, same process, one run.

    NX_TEST_INSTANCE=bench deployment/test benchmarks/catalogue_rdf.py -q -s -p no:cacheprovider

Datasets look like the demonstration's. Stock is ckanext-dcat's own path with its DCAT-AP 3 profile,
``/catalog.ttl?profiles=euro_dcat_ap_3``; ours is ``/catalog.ttl``. Both are asked through the whole CKAN
application, in turns, and the medians are compared. ``NX_BENCH_DATASETS`` (default 300) says how many datasets
there are; a page holds 100.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from rdflib import DCAT, RDF, Graph

from tests.conftest import clean_db  # noqa: F401  a fixture: the database with the tables of our plugins
from tests.exchange.samples import DATASET

COUNT = int(os.environ.get("NX_BENCH_DATASETS", "300"))
ROUNDS = 7
OURS, STOCK = "/catalog.ttl", "/catalog.ttl?profiles=euro_dcat_ap_3"
LEAST = 10


def fill(count: int) -> None:
    from ckan.plugins import toolkit as tk
    from ckan.tests import factories

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    department = factories.Organization(title_translated={"zh": "自治区文化和旅游厅", "en": "Culture and Tourism"})
    own = {"id", "metadata_modified", "name", "title", "notes", "resources", "nx_resource_code", "nx_related_codes"}
    fields = {key: value for key, value in DATASET.items() if key not in own} | {"owner_org": department["id"]}
    files = [{key: value for key, value in DATASET["resources"][0].items() if key not in ("id", "url_type")}]
    for number in range(count):
        title = {"zh": f"{DATASET['title']}{number}", "en": f"Scenic spots {number}"}
        data = fields | {"title_translated": title, "resources": files}
        tk.get_action("package_create")({"user": user, "ignore_auth": True, "defer_commit": False}, data)


def seconds(get: Callable[[], Any]) -> float:
    start = time.perf_counter()
    get()
    return time.perf_counter() - start


@pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")
def test_catalogue_rdf(app: Any) -> None:
    fill(COUNT)
    for address in (OURS, STOCK):
        graph = Graph().parse(data=app.get(address).get_data(as_text=True), format="turtle")
        assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == min(COUNT, 100)
    times: dict[str, list[float]] = {OURS: [], STOCK: []}
    for _ in range(ROUNDS):
        for address, taken in times.items():
            taken.append(seconds(lambda address=address: app.get(address)))
    ours, stock = (statistics.median(times[address]) * 1000 for address in (OURS, STOCK))
    print(f"\n{COUNT} datasets, 100 a page, median of {ROUNDS}: stock {stock:.1f} ms, ours {ours:.1f} ms, "
          f"{stock / ours:.1f} times as fast")  # fmt: skip
    assert stock / ours >= LEAST
