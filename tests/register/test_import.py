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


def bring(world: World, content: bytes, name: str = "附表1.xlsx", who: str = "wlt-editor") -> dict:
    sent = base64.b64encode(content).decode()
    return world.act(who, "nx_system_import_preview", owner_org="wlt", content=sent, file_name=name)


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

    from ckanext.nxopendata.register.intake import imports
    from ckanext.nxopendata.register.model import Import

    page = load_workbook(io.BytesIO(imports.marked(model.Session.get(Import, seen["id"])))).worksheets[0]
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


def test_a_file_that_cannot_be_read_says_so(world: World) -> None:
    assert "No sheet has the head" in bring(world, b"a,b\n1,2\n")["failure"]


def test_every_page_opens(world: World, app) -> None:
    text = "名称,功能,使用范围,使用频度\n一、保留,,,\n页面甲系统,甲,全区,每日\n页面乙系统,乙,全区,看情况\n"
    made = bring(world, text.encode("gb18030"), "页面.csv")
    system = world.system(title="页面丙系统", nx_maintenance="stopped", nx_plan="merge", nx_merged_into="大系统")
    project = world.act("wlt-editor", "nx_project_create", owner_org="wlt", title="页面项目", nx_builder="甲")
    world.act("office", "nx_system_propose")
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
