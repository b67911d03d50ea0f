"""Addresses that programs guess, answers that other sites may read, and what programs are told of the site."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")


def test_datasets_and_files_answer_in_the_format_that_the_address_ends_with(
    dataset: dict[str, Any], upload: Any, call: Any, app: Any
) -> None:
    file = upload(dataset, "景区.csv", "名称,等级\n沙湖,5A\n西夏陵,4A\n")
    name = dataset["name"]
    answer = app.get(f"/dataset/{name}.json")
    assert answer.json["id"] == dataset["id"] and answer.headers["Access-Control-Allow-Origin"] == "*"
    table = app.get(f"/dataset/{name}.csv")
    assert "沙湖,5A" in table.get_data(as_text=True) and "ETag" in table.headers
    assert "ETag" in table.headers["Access-Control-Expose-Headers"]
    assert app.get(f"/dataset/{name}/resource/{file['id']}.json").json["name"] == "景区.csv"
    assert app.get(f"/dataset/{name}/resource/{file['id']}.parquet").data.startswith(b"PAR1")
    assert app.get(f"/dataset/{name}").status_code == 200 and app.get("/dataset.json").status_code == 200
    for missing in ("/dataset/none.json", "/dataset/none.csv", f"/dataset/{name}/resource/none.json"):
        assert app.get(missing).status_code == 404
    call("package_patch", id=dataset["id"], private=True)
    for address in (f"/dataset/{name}.json", f"/dataset/{name}.csv", f"/dataset/{name}/resource/{file['id']}.json"):
        assert app.get(address).status_code == 404


def test_other_sites_may_read_what_everybody_may_read_and_write_nothing(app: Any) -> None:
    read = app.get("/api/3/action/package_search", headers={"Origin": "https://observablehq.com"})
    assert read.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in read.headers
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "authorization"
    before = app.options("/api/3/action/package_create", headers=asked)
    assert "authorization" not in before.headers.get("Access-Control-Allow-Headers", "").lower()
    assert "POST" not in before.headers.get("Access-Control-Allow-Methods", "")
    written = app.post("/api/3/action/package_create", json={}, headers={"Origin": "https://example.org"})
    assert "Access-Control-Allow-Origin" not in written.headers

    told = app.get("/llms.txt")
    assert told.content_type == "text/plain; charset=utf-8"
    assert "nx_answer_search" in told.get_data(as_text=True) and "/place/640422.json" in told.get_data(as_text=True)
    assert "Allow: /api/3/action/" in app.get("/robots.txt").get_data(as_text=True)
