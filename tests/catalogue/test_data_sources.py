"""Who provides what: basic information resources, and datasets of several departments that hold the same (一数一源)."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from tests.datasets import COMPLETE

pytestmark = pytest.mark.usefixtures("with_plugins", "clean_db", "clean_index")

ITEMS = [{"name": name, "type": "C", "length": "50"} for name in ("姓名", "公民身份号码", "户籍地址")]


@pytest.fixture
def office(with_plugins: None, clean_db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.catalogue.supervising_organization", "xxb")
    person = factories.User(name="office")
    factories.Organization(name="xxb", users=[{"name": person["name"], "capacity": "editor"}])
    return person["name"]


def department(name: str, title: str, *members: str) -> dict[str, Any]:
    users = [{"name": member, "capacity": "editor"} for member in members]
    return factories.Organization(name=name, title_translated={"zh": title}, users=users)


def dataset(owner: dict[str, Any], title: str, **fields: Any) -> dict[str, Any]:
    values = COMPLETE | {"title_translated": {"zh": title}, "owner_org": owner["id"]} | fields
    return factories.Dataset(**values)


def act(user: str, action: str, **data: Any) -> Any:
    return helpers.call_action(action, {"user": user, "ignore_auth": False}, **data)


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [row["title"] for row in rows]


def test_what_the_plan_expects_is_found_by_class_and_words_and_what_is_missing_is_said(office: str) -> None:
    police = department("gat", "自治区公安厅")
    culture = department("wlt", "自治区文化和旅游厅")
    dataset(police, "户籍人口基本信息", nx_class_code="101", nx_items=ITEMS)
    dataset(culture, "导游基本信息", nx_class_code="101")
    dataset(culture, "社会组织名录", nx_class_code="214")  # not of the class
    answer = act(office, "nx_basic_resource_list")
    by_name = {row["name"]: row for row in answer["expected"]}
    citizens = by_name["公民基本信息"]
    assert titles(citizens["datasets"]) == ["户籍人口基本信息"]
    assert citizens["missing"] == []
    assert by_name["社会组织基本信息"]["missing"] == ["自治区民政厅"]
    assert by_name["社会组织基本信息"]["datasets"] == []
    assert titles(answer["others"]) == ["导游基本信息"]


def test_who_uses_it_is_counted_by_agreements_in_force(office: str) -> None:
    police = department("gat", "自治区公安厅")
    conditional = {"nx_open_condition": "仅限科研", "license_id": "nx-conditional-1.0"}
    found = dataset(police, "户籍人口基本信息", nx_class_code="101", **conditional)
    for _ in range(2):
        terms = {"dataset": found["id"], "user": factories.User()["name"], "ends": "2099-12-31"}
        helpers.call_action("nx_agreement_grant", purposes=["城市内涝模型研究"], **terms)
    assert act(office, "nx_agreement_count", datasets=[found["id"]]) == {found["id"]: 2}
    citizens = act(office, "nx_basic_resource_list")["expected"][0]
    assert citizens["datasets"][0]["uses"] == 2


def test_a_department_sees_of_others_what_is_public_only(office: str, app: Any) -> None:
    editor = factories.User(name="editor")
    police, culture = department("gat", "自治区公安厅"), department("wlt", "自治区文化和旅游厅", "editor")
    dataset(police, "人口信息（内部）", nx_class_code="101", private=True)
    dataset(police, "常住人口统计", nx_class_code="101")
    dataset(culture, "来宁公民旅游人口信息", nx_class_code="101", private=True)
    citizens = act(editor["name"], "nx_basic_resource_list")["expected"][0]
    assert titles(citizens["datasets"]) == ["常住人口统计", "来宁公民旅游人口信息"]
    with pytest.raises(tk.NotAuthorized):
        act(factories.User()["name"], "nx_basic_resource_list")
    with pytest.raises(tk.NotAuthorized):
        act(editor["name"], "nx_dataset_overlap_list")
    app.get("/sources/basic", status=403)
    app.get("/sources/overlaps", headers={"Authorization": factories.APIToken(user="editor")["token"]}, status=403)


def test_equal_titles_and_equal_items_of_several_departments_are_told_once_drafts_included(
    office: str, app: Any
) -> None:
    first, second = department("gat", "自治区公安厅"), department("mzt", "自治区民政厅")
    dataset(first, "宁夏 社会组织名录", nx_items=ITEMS)
    dataset(second, "宁夏社会组织名录", nx_items=ITEMS, private=True)
    dataset(first, "户籍人口", nx_items=[*ITEMS, {"name": "=1+1", "type": "C", "length": "5"}])
    dataset(second, "救助对象", nx_items=[{"name": "=1+1", "type": "C", "length": "9"}, *reversed(ITEMS)])
    dataset(first, "小表", nx_items=ITEMS[:2])
    dataset(second, "另一小表", nx_items=ITEMS[:2])
    rows = act(office, "nx_dataset_overlap_list")
    assert sorted((row["kind"], *sorted(titles(row["datasets"]))) for row in rows) == [
        ("items", "户籍人口", "救助对象"),
        ("title", "宁夏 社会组织名录", "宁夏社会组织名录"),
    ]
    headers = {"Authorization": factories.APIToken(user=office)["token"]}
    page = app.get("/sources/overlaps", headers=headers).get_data(as_text=True)
    assert "自治区民政厅" in page
    assert "未公开" in page
    table = app.get("/sources/overlaps.csv", headers=headers).get_data(as_text=True)
    assert table.count("自治区公安厅") == 2
