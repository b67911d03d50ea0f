"""Systems and projects: what departments enter, who changes them, and the log."""

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers

from ckanext.nxopendata.register.models import Entry
from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.systems.models import SystemRow

from .conftest import World


def test_the_life_of_a_system(world: World) -> None:
    system = world.system(title="投诉受理系统", nx_declared_public="1")
    assert system["nx_approved"] == "2015-06"
    assert system["nx_state"] == "active"

    changed = world.act("wlt-editor", "nx_system_update", id=system["id"], nx_users="12", nx_plan="clear")
    assert (changed["nx_users"], changed["nx_plan"]) == ("12", "clear")
    assert changed["notes_translated"] == {"zh": "受理旅游投诉，公示处理结果。"}

    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-editor", "nx_system_dispose", id=system["id"], how="disposed", note="…")
    done = world.act("wlt-head", "nx_system_dispose", id=system["id"], how="disposed", note="宁文旅发〔2026〕1号")
    assert done["nx_state"] == "disposed"
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_system_update", id=system["id"], nx_users="13")

    log = world.act("audit", "nx_system_log", id=system["id"])
    assert [entry["action"] for entry in log] == ["create", "update", "dispose"]
    assert log[1]["changes"] == {"nx_plan": ["keep", "clear"], "nx_users": [None, "12"]}
    assert log[2]["opinion"] == "宁文旅发〔2026〕1号"


def test_a_field_that_is_wrong_is_named(world: World) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        world.system(title="坏系统", nx_frequency="often", nx_approved="2099-01", notes="")
    assert set(refusal.value.error_dict) == {"nx_frequency", "nx_approved", "notes_translated"}


def test_what_has_the_wrong_shape_is_refused_at_its_field(world: World, app: Any) -> None:
    system = world.system(title="形状系统")
    for action, field, value in (
        ("nx_system_show", "id", "\0"),
        ("nx_system_show", "id", ["x"]),
        ("nx_system_list", "limit", {"a": 1}),
        ("nx_system_list", "offset", []),
        ("nx_system_create", "owner_org", {"id": "wlt"}),
        ("nx_system_exempt", "until", {}),
        ("nx_system_import_preview", "content", 5),
        ("nx_system_update", "nx_datasets", 5),
        ("nx_system_update", "nx_scope", "全\0区"),
    ):
        data = {"id": system["id"], "owner_org": "wlt", "reason": "x"} | {field: value}
        with pytest.raises(tk.ValidationError) as refusal:
            world.act("wlt-editor", action, **data)
        assert field in refusal.value.error_dict, (action, field)
    for address, status in (("/register/systems/%00", 404), ("/register/?q=%00", 400), ("/register/?plan=x", 400)):
        assert app.get(address, expect_errors=True).status_code == status


def test_the_log_cannot_be_changed(world: World) -> None:
    world.system(title="日志系统")
    for statement in (sa.update(Entry).values(user_name="谁"), sa.delete(Entry)):
        with pytest.raises(sa.exc.DatabaseError, match="append-only"):
            model.Session.execute(statement)
        model.Session.rollback()


def test_nothing_is_deleted_by_the_database_either(world: World) -> None:
    """Whoever goes round the actions meets a trigger."""
    system = world.system(title="留存系统")
    project = world.act("wlt-editor", "nx_project_create", owner_org="wlt", title="留存项目", nx_builder="文旅厅")
    for table, row in ((SystemRow, system), (Project, project)):
        mine = table.id == row["id"]
        for statement in (
            sa.update(table).where(mine).values(id="x"),
            sa.update(table).where(mine).values(owner_org=world.departments["tjj"]),
            sa.delete(table).where(mine),
        ):
            model.Session.execute(sa.text("SET LOCAL nxopendata.purge = 'off'"))
            with pytest.raises(sa.exc.DatabaseError, match="dispose of"):
                model.Session.execute(statement)
            model.Session.rollback()
    assert world.act("audit", "nx_system_show", id=system["id"])["nx_state"] == "active"


def test_the_filing_of_a_project(world: World) -> None:
    project = world.act(
        "wlt-editor",
        "nx_project_create",
        owner_org="wlt",
        title="文旅云平台",
        nx_builder="文旅厅",
        nx_project_kind="construction",
        nx_investment="320.5",
        nx_channel="自治区财政",
        nx_data_resources="文化和旅游资源",
        nx_systems=[world.system(title="文旅云")["name"]],
        nx_protection_record="第三级，已备案",
        nx_secrecy_record="不涉密",
    )
    assert [step["action"] for step in project["steps"]] == ["submit"]
    world.act("wlt-editor", "nx_project_decide", id=project["id"], action="submit")
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_project_update", id=project["id"], nx_investment="1")
    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-head", "nx_project_decide", id=project["id"], action="file")
    with pytest.raises(tk.NotAuthorized):
        world.act("audit", "nx_project_decide", id=project["id"], action="file")
    for who in ("development", "finance"):
        world.act(who, "nx_project_sign", id=project["id"], verdict="agree", opinion="同意")
    filed = world.act(
        "office", "nx_project_decide", id=project["id"], action="file_with_conditions", opinion="接入共享平台后拨付"
    )
    assert filed["nx_filing_state"] == "conditional"
    assert filed["nx_conditions"] == "接入共享平台后拨付"
    assert filed["nx_filing_number"].endswith("-0001")
    log = world.act("finance", "nx_project_log", id=project["id"])
    assert [entry["action"] for entry in log] == [
        "create",
        "submit",
        "sign_agree",
        "sign_agree",
        "file_with_conditions",
    ]


def test_pages(world: World, app) -> None:
    system = world.system(title="页面系统", nx_declared_public="1", nx_users="7")
    page = app.get("/register/")
    assert "页面系统" in page and "统计" in page
    shown = app.get(f"/register/systems/{system['name']}").body
    assert "受理旅游投诉" in shown and "自治区财政" not in shown
    for address in (f"/system/{system['name']}", f"/system/edit/{system['name']}"):
        moved = app.get(address, follow_redirects=False)
        assert moved.status_code == 302, address
        assert moved.headers["Location"].endswith(f"/register/systems/{system['name']}"), address
    for address, page in (("/system/", "/register/"), ("/project/new", "/register/projects")):
        assert app.get(address, follow_redirects=False).headers["Location"].endswith(page), address
    assert app.get("/register/projects", expect_errors=True).status_code in (200, 401, 403)


def test_a_department_with_systems_is_not_deleted(world: World) -> None:
    root: Any = factories.Sysadmin()
    world.system(title="部门的系统")
    for action in ("organization_delete", "organization_purge"):
        with pytest.raises(tk.ValidationError, match="register"):
            world.act(root["name"], action, id="wlt")
    assert helpers.call_action("organization_show", id="wlt")["state"] == "active"
