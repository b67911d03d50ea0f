"""The profiles of columns, and the charts that they allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import factories, helpers

from ckanext.nxopendata.tables import models
from ckanext.nxopendata.tables.page import chart_rules
from ckanext.nxopendata.tables.page.chart_rules import Objection
from ckanext.nxopendata.tables.profiles import recording

from .conftest import CSV_TEXT

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

Call = Callable[..., Any]

INDICATORS = "地区,指标,单位,年份,数值\n" + "".join(
    f"{place},{name},{unit},{year},{n}.{len(name)}\n"
    for n, place in enumerate(["宁夏", "银川市", "固原市", "兴庆区"])
    for name, unit in (("贫困发生率", "%"), ("贫困人口", "万人"))
    for year in (2018, 2019)
)
POPULATION = "县区,年份,年末常住人口（万人）,财政收入（万元）,城镇化率（%）\n" + "".join(
    f"{place},{year},{n},{n * 10},{50 + n}\n"
    for n, place in enumerate(["利通区", "红寺堡区", "盐池县", "同心县"], 1)
    for year in (2018, 2019, 2021)
)


def profiles(file: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, Any] = helpers.call_action("nx_table_profile_show", id=file["id"])  # pyright: ignore[reportAssignmentType]
    return {column["label"]: column for column in found["columns"]}


def test_the_profile_is_made_while_loading_and_kept_by_the_content_of_the_file(
    dataset: dict[str, Any], upload: Call
) -> None:
    file = upload(dataset, "景区名录.csv", CSV_TEXT.encode())
    found = profiles(file)
    assert found["等级"]["top"] == [["5A", 4], ["4A", 2]]
    assert (found["门票价格"]["nulls"], found["门票价格"]["least"], found["门票价格"]["greatest"]) == (1, "60", "80")
    assert {label: column["role"] for label, column in found.items()} == {
        "景区名称": "text",
        "等级": "category",
        "行政区划代码": "place",
        "地级市": "place",
        "经度": "coordinate",
        "纬度": "coordinate",
        "门票价格": "measure",
        "评定日期": "time",
    }
    assert found["行政区划代码"]["code_list"] == "region"
    upload(dataset, "又一份.csv", CSV_TEXT.encode())  # the same content has one profile
    recording.sweep()
    sha256 = models.TableProfile.sha256 == helpers.call_action("nx_table_profile_show", id=file["id"])["sha256"]
    assert model.Session.scalar(sa.select(sa.func.count()).select_from(models.TableProfile).where(sha256)) == 1


def test_only_who_may_read_the_rows_sees_the_profile(dataset: dict[str, Any], upload: Call, call: Call) -> None:
    file = upload(dataset, "景区名录.csv", CSV_TEXT.encode())
    call("package_patch", id=dataset["id"], private=True)
    for user in ("", factories.User()["name"]):
        with pytest.raises(tk.NotAuthorized):
            helpers.call_action("nx_table_profile_show", {"user": user, "ignore_auth": False}, id=file["id"])
    assert call("nx_table_profile_show", id=file["id"])["columns"]


def objections(file: dict[str, Any], **asked: Any) -> str:
    try:
        helpers.call_action("nx_table_chart", id=file["id"], **asked)
    except tk.ValidationError as refused:
        return str(refused.error_dict["aggregate"])
    return ""


def test_what_must_not_be_added_is_not_added(dataset: dict[str, Any], upload: Call) -> None:
    mixed, people = upload(dataset, "指标.csv", INDICATORS), upload(dataset, "人口.csv", POPULATION)
    stock, rate, income = (profiles(people)[name]["id"] for name in list(profiles(people))[2:])
    assert "indicators or units" in objections(mixed, by="年份", value="数值", aggregate="sum")
    one = [
        {"column": "指标", "operator": "is", "value": "贫困人口"},
        {"column": "单位", "operator": "is", "value": "万人"},
    ]
    assert "holds a whole" in objections(mixed, by="年份", value="数值", aggregate="sum", conditions=one)
    assert not objections(mixed, by="地区", value="数值", aggregate="max", conditions=one)
    assert "several times" in objections(people, by="县区", value=stock, aggregate="sum")
    assert not objections(people, by="年份", value=stock, aggregate="sum")
    year = [{"column": "年份", "operator": "is", "value": "2021"}]
    assert not objections(people, by="县区", value=stock, aggregate="sum", conditions=year)
    assert "not added" in objections(people, by="县区", value=income, aggregate="sum")
    assert not objections(people, by="县区", value=rate, aggregate="sum")


def test_the_page_gives_the_reason_instead_of_a_wrong_chart_and_draws_the_parts_alone(
    dataset: dict[str, Any], upload: Call, app: Any
) -> None:
    mixed, people = upload(dataset, "指标.csv", INDICATORS), upload(dataset, "人口.csv", POPULATION)

    def shown(file: dict[str, Any], **asked: Any) -> str:
        page = f"/en/dataset/{dataset['name']}/resource/{file['id']}"
        return app.get(f"{page}?{urlencode({'view': 'chart', **asked}, doseq=True)}").get_data(as_text=True)

    refused = shown(mixed)
    assert "do not go together" in refused and "指标: 贫困人口" in refused and "<svg xmlns" not in refused
    chosen = {"c": ["指标", "单位", "年份"], "o": ["is"] * 3, "v": ["贫困人口", "万人", "2018"]}
    parts = shown(mixed, x="地区", y="数值", agg="sum", **chosen)
    drawn = parts.partition("nx-figure-table")[2].partition("</table>")[0]
    assert "Xingqing" in drawn and "Guyuan" in drawn and "Ningxia" not in drawn and "Yinchuan" not in drawn
    assert "Not drawn, for they overlap with other groups: " in parts
    line = shown(people)
    assert "stroke-dasharray" in line  # years stand in proportion; over one without a figure the line is dashed
    assert "[万人]" not in line and "万人" in line
    assert "4 different values" in line


@pytest.mark.parametrize(
    ("values", "wholes"),
    [
        (["银川市", "固原市"], set()),
        (["宁夏", "银川市", "固原市"], {"宁夏"}),
        (["合计", "男", "女"], {"合计"}),
        (["合计"], set()),
        (["固原市", "兴庆区", "西夏区"], set()),
    ],
)
def test_wholes_among_the_groups_of_a_chart(values: list[str], wholes: set[str]) -> None:
    assert chart_rules.find_wholes(values) == wholes


def test_an_unknown_table_is_judged_by_the_names_of_its_columns() -> None:
    from ckanext.nxopendata.tables.reader.columns import Column

    columns = [Column("县区", "县区", "text"), Column("增长率", "增长率", "numeric")]
    facts = chart_rules.make_facts(columns, None)
    found = chart_rules.find_objection(facts, "县区", "增长率", "sum", ())
    assert found == Objection("ratio", aggregations=("avg", "min", "max"))


def test_who_edits_the_dataset_sees_what_the_safety_check_says_of_its_columns(
    dataset: dict[str, Any], upload: Call, app: Any
) -> None:
    persons = "案号,出生年份,性别,身份证号\n" + "".join(f"{n},1960,男,640104199003070014\n" for n in range(12))
    file = upload(dataset, "名册.csv", persons.encode())
    helpers.call_action("nx_safety_scan", id=file["id"])
    editor = {"Authorization": factories.APIToken(user=factories.Sysadmin()["name"])["token"]}
    shown = app.post("/api/3/action/nx_table_profile_show", json={"id": file["id"]}, headers=editor).json["result"]
    told = {column["label"]: column for column in shown["columns"]}
    assert (told["身份证号"]["sensitivity"], told["身份证号"]["grade"]) == (4, "4")
    assert [told[name]["quasi"] for name in ("出生年份", "性别", "案号")] == ["birth", "sex", ""]
    answer = app.post("/api/3/action/nx_table_profile_show", json={"id": file["id"]})
    assert all("quasi" not in column for column in answer.json.get("result", {}).get("columns", []))
