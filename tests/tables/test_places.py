"""Pages of places: numbers with ranks and sources, rows by theme, what is missing; and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ckan.tests import helpers

from .conftest import dataset_fields
from .demo_tables import upload_demo

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]
TABLES = ("tjj-census-2020-counties", "tjj-year-end-wuzhong", "wlt-5a-scenic-areas", "xczx-indicators")


def test_a_place_has_its_numbers_rows_and_neighbours_from_public_tables_alone(
    dataset: dict[str, Any], upload: Call, call: Call, app: Any
) -> None:
    made = upload_demo(call, upload, dataset["owner_org"], TABLES)
    place: dict[str, Any] = helpers.call_action("nx_place_show", {"user": ""}, code="640323")  # pyright: ignore[reportAssignmentType]
    figures = {(one["indicator"], one["period"]): one for one in place["figures"]}
    census, year_end = figures["常住人口", "2020-11-01"], figures["年末常住人口", "2021"]
    assert (census["value"], census["unit"], census["of"]) == ("159208", "人", 22)
    assert census["rank"] == 20  # 隆德县 and 泾源县 alone have fewer people
    assert [point["value"] for point in year_end["series"]] == [15.35, 15.51, 15.67, 15.77, 15.82, 15.94, 16.0]
    assert figures["贫困发生率", "2018-09-29"]["text"] == "0.66%" and census["dataset"]["citation"]
    assert place["parent"]["code"] == "640300" and {one["code"] for one in place["neighbours"]} >= {"640302", "640381"}
    assert {table["dataset"]["name"] for table in place["tables"]} == {
        "tjj-census-2020-counties",
        "tjj-year-end-wuzhong",
        "xczx-indicators",
    }
    lacking = helpers.call_action("nx_place_show", {"user": ""}, code="西吉")["lacking"]  # pyright: ignore[reportArgumentType]
    assert "年末常住人口" in lacking and "贫困发生率" in lacking

    page = app.get("/place/640323").get_data(as_text=True)
    assert "159,208 人" in page and "nx-lines-line" in page and "宁夏减贫主要指标" in page
    english = app.get("/en/place/640323").get_data(as_text=True)
    assert "Resident population" in english and "159,208 people" in english
    assert app.get("/place/盐池").request.path == "/place/640323"
    assert app.get("/place/110000").status_code == 404
    assert app.get("/place/640323.json").json["figures"][0]["value"] == "159208"

    compared: dict[str, Any] = helpers.call_action("nx_place_compare", {"user": ""}, codes="640302,640323,同心")  # pyright: ignore[reportAssignmentType]
    first = compared["rows"][0]
    assert (first["indicator"], first["values"]) == ("常住人口", ["460790", "159208", "320792"])
    shown = app.get("/place/compare?codes=640302&codes=640323").get_data(as_text=True)
    assert "460,790" in shown and "159,208" in shown
    assert app.get("/place/compare?codes=640302,北京").status_code == 400

    # The home page says how many people there are, not how many of them are men.
    census = "地区,时间,常住人口（人）,男（人）,女（人）\n宁夏回族自治区,2020年,7202654,3667192,3535462\n"
    people = call(
        "package_create",
        **dataset_fields(dataset["owner_org"])
        | {"title_translated": {"zh": "宁夏人口普查", "en": "Census of Ningxia"}},
    )
    upload(people, "人口.csv", census)
    told = app.get("/").get_data(as_text=True).partition('"nx-told"')[2].partition("</ul>")[0]
    assert "7,202,654" in told and "3,667,192" not in told
    assert "男性人口" in app.get("/place/640000").get_data(as_text=True)

    call("package_patch", id=made["tjj-census-2020-counties"]["id"], private=True)
    assert "159,208" not in app.get("/place/640323").get_data(as_text=True)
