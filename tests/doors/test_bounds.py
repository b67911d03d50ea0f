"""Questions that ask for very much are bounded, and the answer says what the bound is."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.portal.results import views as results

from .site import Site

MOST_ROWS = "ckanext.nxopendata.tables.most_rows"


@pytest.fixture
def pushed(people: Site) -> str:
    """A file whose table came by the DataStore's API: of any size."""
    kept: Any = people
    if not hasattr(kept, "pushed"):
        files = [{"name": "x", "url": "http://example.org/x.csv", "format": "CSV"}]
        dataset = people.publish(people.create("景区名录", name="pushed", license_id="nx-open-1.0", resources=files))
        kept.pushed = dataset["resources"][0]["id"]
        rows = [{"name": f"第{number}号"} for number in range(12)]
        people.root("datastore_create", resource_id=kept.pushed, records=rows, force=True)
        for name, title in {"schools": "学校名录", "hospitals": "医院名录", "parks": "公园名录"}.items():
            people.publish(people.create(title, name=name))
    return kept.pushed


@pytest.mark.parametrize("ending", ["", "?format=json", "?format=xml&limit=11", "?format=tsv&sort=name"])
def test_a_dump_of_more_rows_than_one_answer_holds_is_refused_with_the_number(
    answers: Any, pushed: str, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    address, client = f"/datastore/dump/{pushed}", answers.flask_app.test_client()
    assert client.get(address + ending).status_code == 200
    monkeypatch.setitem(tk.config, MOST_ROWS, 10)
    refused = client.get(address + ending)
    assert refused.status_code == 400
    text = refused.get_data(as_text=True)
    assert "10 行" in text
    assert f"/datastore/dump/{pushed}?limit=10&amp;offset=10" in text
    part = client.get(f"{address}?limit=10&offset=10&format=csv")
    assert (part.status_code, part.get_data(as_text=True).count("\n")) == (200, 3)


def test_a_table_in_another_format_too(answers: Any, pushed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    address, client = f"/dataset/pushed/resource/{pushed}/data.csv", answers.flask_app.test_client()
    assert client.get(address).status_code == 200
    monkeypatch.setitem(tk.config, MOST_ROWS, 10)
    assert client.get(address).status_code == 400
    assert client.get(f"{address}?q=11").status_code == 200


@pytest.mark.ckan_config(MOST_ROWS, 10)
def test_the_size_of_what_is_hidden_is_not_told(answers: Any, people: Site, pushed: str) -> None:
    files = [{"name": "x", "url": "http://example.org/x.csv", "format": "CSV"}]
    draft = people.create("草稿名录", name="hidden-size", license_id="nx-open-1.0", resources=files)
    file = draft["resources"][0]["id"]
    people.root("datastore_create", resource_id=file, records=[{"name": "x"}] * 12, force=True)
    assert answers.flask_app.test_client().get(f"/datastore/dump/{file}").status_code == 404


@pytest.mark.parametrize(
    ("action", "data", "field"),
    [
        ("package_search", {"facet.field": ["tags"], "facet.limit": 1001}, "facet.limit"),
        ("package_search", {"facet.field": ["tags"], "facet.limit": -1}, "facet.limit"),
        ("package_search", {"facet.field": [f"x{number}" for number in range(51)]}, "facet.field"),
        ("package_search", {"q": "a" * 301}, "q"),
    ],
)
def test_a_search_for_too_much_is_refused_at_its_field(
    answers: Any, pushed: str, action: str, data: dict[str, Any], field: str
) -> None:
    answer = answers.flask_app.test_client().post(f"/api/3/action/{action}", json=data)
    assert (answer.status_code, field in answer.get_json()["error"]) in ((409, True), (400, True)), answer.get_json()


def test_rows_of_a_table_have_a_bound_that_the_answer_holds(answers: Any, pushed: str) -> None:
    answer = answers.flask_app.test_client().post(
        "/api/3/action/datastore_search", json={"resource_id": pushed, "limit": 10**6}
    )
    assert answer.get_json()["result"]["limit"] == tk.config["ckan.datastore.search.rows_max"]


def test_a_file_of_results_that_leaves_some_out_says_so_in_its_name(
    answers: Any, pushed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = answers.flask_app.test_client()
    assert 'filename="datasets.csv"' in client.get("/dataset.csv").headers["Content-Disposition"]
    monkeypatch.setattr(results, "FILE_MOST", 2)
    assert 'filename="datasets-2-of-4.csv"' in client.get("/dataset.csv").headers["Content-Disposition"]


@pytest.mark.ckan_config("ckanext.nxopendata.licences.basket_files", 1)
def test_a_basket_has_a_size_and_says_what_did_not_fit(answers: Any, people: Site, pushed: str) -> None:
    files = [{"name": sign, "url": f"http://example.org/{sign}.csv", "format": "CSV"} for sign in "abc"]
    people.publish(people.create("数据篮", name="basket", license_id="nx-open-1.0", resources=files))
    client = answers.flask_app.test_client()
    client.post("/basket/add", data={"dataset": "basket"})
    assert "有 2 个文件未能放入" in client.get("/basket").get_data(as_text=True)
