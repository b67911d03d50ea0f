"""A department's table comes into the register: preview, questions, writing, the marked copy."""

import base64
import io
from pathlib import Path

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import helpers
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from . import filled
from .conftest import World

FIXTURES = Path(__file__).parent / "fixtures"


def bring(world: World, content: bytes, name: str = "附表1.xlsx", who: str = "wlt-editor", owner: str = "wlt") -> dict:
    sent = base64.b64encode(content).decode()
    return world.act(who, "nx_system_import_preview", owner_org=owner, content=sent, file_name=name)


def cells_of(seen: dict) -> list[tuple[str, str]]:
    return [(f"{get_column_letter(p['column'])}{p['row']}", p["code"]) for p in seen["problems"]]


def test_300_rows_of_which_15_are_wrong(world: World) -> None:
    content, faults = filled.table_1()
    seen = bring(world, content)
    assert seen["counts"] == {"create": 285, "update": 0, "unchanged": 0, "question": 0, "error": 15}
    assert sorted(f"{get_column_letter(p['column'])}{p['row']}" for p in seen["problems"]) == faults
    assert world.act("wlt-editor", "nx_system_list", owner_org="wlt")["count"] == 0

    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-head", "nx_system_import_apply", id=seen["id"])
    done = world.act("wlt-editor", "nx_system_import_apply", id=seen["id"])
    assert (done["state"], done["counts"]["create"]) == ("done", 285)
    systems = world.act("wlt-editor", "nx_system_list", owner_org="wlt", limit=1000)["results"]
    assert len(systems) == 285
    assert [s["title"] for s in systems[:4]] == [filled.name(n) for n in (1, 2, 3, 4)]
    assert (systems[0]["nx_unit"], systems[0]["nx_approved"]) == ("市场管理处", "2013-05")
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_system_import_apply", id=seen["id"])

    # The same file again changes nothing; its export comes back unchanged too.
    again = bring(world, content)
    assert again["counts"] == {"create": 0, "update": 0, "unchanged": 285, "question": 0, "error": 15}
    table = world.act("wlt-editor", "nx_system_table", number="1", owner_org="wlt", format="xlsx")
    back = bring(world, base64.b64decode(table["content"]))
    assert back["counts"] == {"create": 0, "update": 0, "unchanged": 285, "question": 0, "error": 0}
    assert not back["remarks"]

    # The marked copy has a comment on each bad cell.
    from ckan import model

    from ckanext.nxopendata.register.official_tables.intake import importer
    from ckanext.nxopendata.register.official_tables.models import Import

    page = load_workbook(io.BytesIO(importer.annotate_file(model.Session.get(Import, seen["id"])))).worksheets[0]
    assert sorted(cell.coordinate for row in page for cell in row if cell.comment) == faults


def test_near_names_are_asked(world: World) -> None:
    world.act(
        "tjj-editor",
        "nx_system_create",
        owner_org="tjj",
        title="经济普查数据采集平台",
        notes="采集",
        nx_scope="全区",
        nx_frequency="yearly",
        nx_plan="keep",
    )
    text = (
        "名称,功能,使用范围,使用频度\n二、计划整合的信息系统,,,\n经济普查采集系统,采集,全区,每年\n甲系统,甲,全区,每日\n"
    )
    sent = base64.b64encode(text.encode("gb18030")).decode()
    seen = world.act("tjj-editor", "nx_system_import_preview", owner_org="tjj", content=sent, file_name="表.csv")
    assert (seen["counts"]["question"], seen["counts"]["create"]) == (1, 1)
    row = next(row for row in seen["rows"] if row["action"] == "question")
    assert [candidate["title"] for candidate in row["candidates"]] == ["经济普查数据采集平台"]
    with pytest.raises(tk.ValidationError):
        world.act("tjj-editor", "nx_system_import_answer", id=seen["id"], answers={row["key"]: "guessed"})
    answered = world.act(
        "tjj-editor", "nx_system_import_answer", id=seen["id"], answers={row["key"]: row["candidates"][0]["id"]}
    )
    assert (answered["counts"]["update"], answered["counts"]["question"]) == (1, 0)
    world.act("tjj-editor", "nx_system_import_apply", id=seen["id"])
    shown = world.act("tjj-editor", "nx_system_show", id=row["candidates"][0]["id"])
    assert (shown["title"], shown["nx_plan"]) == ("经济普查数据采集平台", "merge")


def test_tables_1_and_3_as_two_sheets_of_an_old_workbook(world: World) -> None:
    """``fixtures/two_sheets.xls`` was saved by LibreOffice as Excel 97: merged cells, a missing number, a sheet of
    notes; its table 3 speaks of a system that its table 1 enters."""
    content = (FIXTURES / "two_sheets.xls").read_bytes()
    seen = bring(world, content, "自查表.xls")
    assert seen["counts"] == {"create": 3, "update": 0, "unchanged": 1, "question": 0, "error": 0}
    assert [(row["title"], row["joins"]) for row in seen["rows"] if row["joins"]] == [("旅游诚信档案系统", "Sheet1!6")]
    world.act("wlt-editor", "nx_system_import_apply", id=seen["id"])
    found = world.act("wlt-editor", "nx_system_list", owner_org="wlt", q="旅游诚信档案")
    assert found["count"] == 1
    assert found["results"][0]["nx_exchange_status"] == "connected"
    found = world.act("wlt-editor", "nx_system_list", owner_org="wlt", q="旅游团队监管")["results"][0]
    assert (found["nx_unit"], found["nx_approved"]) == ("市场管理处", "2014-07")
    assert bring(world, content, "自查表.xls")["counts"]["unchanged"] == 4


def test_tables_4_and_5_of_a_department(world: World) -> None:
    seen = bring(world, filled.tables_4_and_5(), "附表4、5.xlsx")
    assert seen["counts"] == {"create": 0, "update": 2, "unchanged": 0, "question": 0, "error": 0}
    assert {row["unit"] for row in seen["rows"]} == {"文化和旅游厅"}
    assert world.act("wlt-editor", "nx_system_unit_show", id="wlt")["staff"] == ""

    assert world.act("wlt-editor", "nx_system_import_apply", id=seen["id"])["state"] == "done"
    assert world.act("wlt-member", "nx_system_unit_show", id="wlt") == {
        "unit_type": "organ",
        "staff": "1086",
        "posts": "90",
        "leader_name": "马某",
        "leader_post": "副厅长",
        "leader_phone": "0951-6041234转801",
        "contact_name": "李某",
        "contact_post": "科员",
        "contact_phone": "13800000000",
    }
    assert world.act("", "organization_show", id="wlt")["nx_staff"] == "1086"
    log = world.act("wlt-member", "nx_system_unit_log", id="wlt")
    changes = [entry["changes"] for entry in log if entry["action"] == "import" and "file" not in entry["changes"]]
    # The second sheet says the contact again: what is known is not said twice.
    assert [sorted(each) for each in changes] == [
        ["contact_name", "contact_phone", "posts", "staff", "unit_type"],
        ["contact_post", "leader_name", "leader_phone", "leader_post"],
    ]
    assert not any(number in str(log) for number in ("13800000000", "6041234"))

    # What the site writes, it reads back as known.
    for number in ("4", "5"):
        for kind in ("xlsx", "csv"):
            table = world.act("wlt-editor", "nx_system_table", number=number, owner_org="wlt", format=kind)
            back = bring(world, base64.b64decode(table["content"]), table["file_name"])
            assert back["counts"] == {"create": 0, "update": 0, "unchanged": 1, "question": 0, "error": 0}


def test_table_4_of_many_departments_is_for_who_collects_it(world: World) -> None:
    content = (
        "附表4\n政务信息系统管理部门情况表\n"
        "管理部门名称,单位类型,人员数量,编制人数,编制人数,联系人姓名,联系电话\n"
        "自治区统计局,机关,45,50,50,王某,0951-5049876\n"
        "文化旅游厅,,87,,,,\n"
        "无此厅,机关,1,1,1,,\n"
        "审计厅,衙门,约30,,,赵某,138000\n"
        "审计厅,机关,30,,,,\n"
        ",机关,2,,,,\n"
        "合计,,165,,,,\n"
    ).encode("gb18030")
    seen = bring(world, content, "附表4.csv", "development", "fagaiwei")
    assert cells_of(seen) == [
        ("A6", "unknown_unit"),
        ("B7", "unit_type"),
        ("C7", "bad_number"),
        ("G7", "bad_phone"),
        ("A8", "unit_twice"),
        ("A9", "missing"),
    ]
    assert seen["counts"] == {"create": 0, "update": 1, "unchanged": 0, "question": 1, "error": 4}
    row = next(row for row in seen["rows"] if row["action"] == "question")
    assert (row["title"], [one["title"] for one in row["candidates"]]) == ("文化旅游厅", ["文化和旅游厅"])

    none = world.act("development", "nx_system_import_answer", id=seen["id"], answers={row["key"]: "new"})
    assert ("A5", "unknown_unit") in cells_of(none)
    answer = {row["key"]: row["candidates"][0]["id"]}
    assert world.act("development", "nx_system_import_answer", id=seen["id"], answers=answer)["counts"]["update"] == 2
    world.act("development", "nx_system_import_apply", id=seen["id"])
    known = {unit: world.act("office", "nx_system_unit_show", id=unit) for unit in ("wlt", "tjj", "shenjiting")}
    assert [unit["staff"] for unit in known.values()] == ["87", "45", ""]
    assert (known["tjj"]["unit_type"], known["tjj"]["contact_phone"]) == ("organ", "0951-5049876")

    # Another department's row is refused, and neither asked about nor answered with.
    other = "成员单位,负责人,职务,联系电话,联系人,职务,联系电话\n统计局,甲,局长,0951-5049877,乙,科员,0951-5049878\n"
    for who, owner in (("wlt-editor", "wlt"), ("finance", "caizhengting")):
        seen = bring(world, other.encode("gb18030"), "附表5.csv", who, owner)
        assert cells_of(seen) == [("A2", "other_department")]
        assert world.act(who, "nx_system_import_apply", id=seen["id"])["counts"]["error"] == 1
    near = bring(world, other.replace("统计局", "统计局机关").encode(), "附表5.csv")
    assert (cells_of(near), near["rows"][0]["candidates"]) == ([("A2", "unknown_unit")], [])
    with pytest.raises(tk.ValidationError):
        answer = {near["rows"][0]["key"]: world.departments["tjj"]}
        world.act("wlt-editor", "nx_system_import_answer", id=near["id"], answers=answer)
    assert world.act("office", "nx_system_unit_show", id="tjj") == known["tjj"]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        *((phone, True) for phone in ("０９５１—６０４１２３４", "(0951)6041234", "138 0000 0000", "+86-13800000000")),
        *((phone, True) for phone in ("12345", "6041234", "0951-6041234、13800000000", "400-123-4567", "")),
        *((phone, False) for phone in ("1380000000", "1.38E+10", "0951-12", "李某", "0951-6041234，", "６０４")),
    ],
)
def test_what_is_a_telephone_number(world: World, written: str, right: bool) -> None:
    if right:
        assert world.act("tjj-head", "nx_system_unit_update", id="tjj", leader_phone=written)["leader_phone"] == written
    else:
        with pytest.raises(tk.ValidationError, match="leader_phone"):
            world.act("tjj-head", "nx_system_unit_update", id="tjj", leader_phone=written)


def test_a_file_that_cannot_be_read_says_so(world: World) -> None:
    assert "No sheet has the head" in bring(world, b"a,b\n1,2\n")["failure"]


def test_every_page_opens(world: World, app) -> None:
    text = "名称,功能,使用范围,使用频度\n一、保留,,,\n页面甲系统,甲,全区,每日\n页面乙系统,乙,全区,看情况\n"
    made = bring(world, text.encode("gb18030"), "页面.csv")
    system = world.system(title="页面丙系统", nx_maintenance="stopped", nx_plan="merge", nx_merged_into="大系统")
    project = world.act("wlt-editor", "nx_project_create", owner_org="wlt", title="页面项目", nx_builder="甲")
    world.act("office", "nx_system_propose")
    token = helpers.call_action("api_token_create", {"ignore_auth": True}, user="wlt-editor", name="w")["token"]
    sent = {"contact_phone": "李某", "unit_type": "organ"}
    page = app.post("/register/units/wlt", data=sent, headers={"Authorization": token}).body
    assert 'value="李某"' in page and 'aria-invalid="true"' in page
    units = bring(world, "成员单位,单位类型,人数,编制\n文化旅游厅,机关,3,3\n".encode(), "附表4.csv")
    asked = app.get(f"/register/imports/{units['id']}", headers={"Authorization": token}).body
    assert f'value="{world.departments["wlt"]}"' in asked
    for who in ("wlt-editor", "office"):
        token = helpers.call_action("api_token_create", {"ignore_auth": True}, user=who, name="t")["token"]
        own = (
            f"/register/systems/{system['name']}/edit",
            f"/register/projects/{project['name']}/edit",
            f"/register/imports/{made['id']}",
            f"/register/imports/{made['id']}/marked.xlsx",
            "/register/import/wlt",
            "/register/systems/new/wlt",
            "/register/projects/new/wlt",
        )
        both = (
            "/register/",
            f"/register/systems/{system['name']}",
            "/register/tables",
            *(f"/register/tables/{number}?owner_org=wlt" for number in "12345"),
            "/register/tables/3.pdf?owner_org=wlt",
            "/register/units/wlt",
            "/register/clean-up",
            "/register/connection",
            "/register/funding",
            "/register/funding.csv",
            "/register/integration",
            "/register/projects",
            f"/register/projects/{project['name']}",
        )
        for address in both + own:
            response = app.get(address, headers={"Authorization": token}, expect_errors=True)
            assert response.status_code == (403 if who == "office" and address in own else 200), (who, address)
