"""Nobody of one department reads or changes another's rows: every action as every role, and CKAN's own ways."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ckan import model
from ckan.lib import search
from ckan.plugins import toolkit as tk
from ckan.tests import helpers

from ckanext.nxopendata.register import plugin
from ckanext.nxopendata.register.model import Import, Verdict

from .conftest import World

SECRET = "绝密功能词汇"
PEOPLE = (
    "",
    "stranger",
    "wlt-member",
    "wlt-editor",
    "wlt-head",
    "audit",
    "development",
    "finance",
    "general_office",
    "office",
)
OUTSIDERS = ("", "stranger", "wlt-member", "wlt-editor", "wlt-head")
"""Who must not touch what belongs to ``tjj``."""
SUPERVISORS = ("audit", "development", "finance", "general_office", "office")


@pytest.fixture
def rows(world: World) -> dict[str, str]:
    """What ``tjj`` has that is nobody's business: ids by kind."""
    kept: Any = world
    if not hasattr(kept, "secret_rows"):
        system = world.system(
            "tjj", title="统计内部系统", notes=SECRET, nx_maintenance="stopped", nx_exchange_status="preparing"
        )
        project = world.act("tjj-editor", "nx_project_create", owner_org="tjj", title="统计内部项目", nx_builder=SECRET)
        world.act("office", "nx_system_propose", owner_org="tjj")
        content = base64.b64encode(f"名称,功能,使用范围,使用频度\n乙系统,{SECRET},全区,每日\n".encode()).decode()
        made = world.act("tjj-editor", "nx_system_import_preview", owner_org="tjj", content=content, file_name="a.csv")
        world.act(
            "tjj-editor", "nx_system_unit_update", id="tjj", contact_name="统计联系人", contact_phone="0951-1234567"
        )
        kept.secret_rows = {
            "system": system["id"],
            "system_name": system["name"],
            "project": project["id"],
            "verdict": model.Session.query(Verdict).filter_by(system_id=system["id"]).one().id,
            "import": made["id"],
            "owner": world.departments["tjj"],
        }
    return kept.secret_rows


def calls(rows: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Every action of the register, aimed at what belongs to ``tjj``."""
    system, project, owner = {"id": rows["system"]}, {"id": rows["project"]}, {"owner_org": rows["owner"]}
    new = {"title": "x", "notes": "x", "nx_scope": "x", "nx_frequency": "daily", "nx_plan": "keep"}
    return {
        "nx_system_show": system,
        "nx_system_log": system,
        "nx_system_check": system,
        "nx_system_create": owner | new,
        "nx_system_update": system | {"nx_users": "1"},
        "nx_system_dispose": system | {"how": "disposed", "note": "x"},
        "nx_system_propose": owner,
        "nx_system_answer": {"id": rows["verdict"], "confirm": True},
        "nx_system_decide": {"id": rows["verdict"], "clear": True, "opinion": "x"},
        "nx_system_exempt": system | {"reason": "x"},
        "nx_system_connect": owner | {"platform": "extranet", "status": "preparing"},
        "nx_system_list": owner,
        "nx_system_verdict_list": owner,
        "nx_system_board": owner,
        "nx_system_funding": owner,
        "nx_system_integration": owner,
        "nx_system_table": owner | {"number": "1"},
        "nx_system_unit_show": {"id": rows["owner"]},
        "nx_system_unit_update": {"id": rows["owner"], "contact_name": "x"},
        "nx_system_import_preview": owner | {"content": "YQ==", "file_name": "a.csv"},
        "nx_system_import_show": {"id": rows["import"]},
        "nx_system_import_answer": {"id": rows["import"], "answers": {}},
        "nx_system_import_apply": {"id": rows["import"]},
        "nx_project_list": owner,
        "nx_project_show": project,
        "nx_project_log": project,
        "nx_project_create": owner | {"title": "x", "nx_builder": "x"},
        "nx_project_update": project | {"nx_builder": "x"},
        "nx_project_decide": project | {"action": "submit"},
    }


WRITES = frozenset(
    {
        "answer",
        "connect",
        "create",
        "decide",
        "dispose",
        "exempt",
        "import_answer",
        "import_apply",
        "import_preview",
        "propose",
        "unit_update",
        "update",
    }
)
OF_SUPERVISORS = {
    "nx_system_propose": {"office"},
    "nx_system_decide": {"office"},
    "nx_system_connect": {"office"},
    "nx_system_exempt": {"office", "finance"},
}
"""What some of the supervising offices may change."""


def test_no_action_is_forgotten(rows: dict[str, str]) -> None:
    ours = {
        name for module in plugin.ACTIONS for name in module.__all__ if name.startswith(("nx_system", "nx_project"))
    }
    assert ours == set(calls(rows))


def test_each_action_as_each_role(world: World, rows: dict[str, str]) -> None:
    before = snapshot(world, rows)
    for name, data in calls(rows).items():
        for who in OUTSIDERS:
            try:
                result = world.act(who, name, **data)
            except (tk.NotAuthorized, tk.ObjectNotFound):
                continue
            # Lists answer everybody, with what each may see: here nothing.
            assert name in ("nx_system_list", "nx_project_list"), (who, name, result)
            assert result["count"] == 0, (who, name)
        for who in SUPERVISORS:
            may_write = who in OF_SUPERVISORS.get(name, ())
            is_write = name.removeprefix("nx_system_").removeprefix("nx_project_") in WRITES
            if is_write and not may_write:
                with pytest.raises(tk.NotAuthorized):
                    world.act(who, name, **data)
    assert snapshot(world, rows) == before


def snapshot(world: World, rows: dict[str, str]) -> Any:
    model.Session.expire_all()
    return (
        world.act("tjj-editor", "nx_system_show", id=rows["system"]),
        world.act("tjj-editor", "nx_project_show", id=rows["project"]),
        world.act("tjj-editor", "nx_system_log", id=rows["system"]),
        model.Session.get(Verdict, rows["verdict"]).state,
        model.Session.get(Import, rows["import"]).state,
    )


def test_supervisors_read(world: World, rows: dict[str, str]) -> None:
    for who in SUPERVISORS:
        assert world.act(who, "nx_system_show", id=rows["system"])["notes_translated"]["zh"] == SECRET
        assert world.act(who, "nx_project_show", id=rows["project"])["nx_builder"] == SECRET
        assert any(SECRET in line for line in world.act(who, "nx_system_table", number="1", owner_org="tjj")["lines"])


CKANS_OWN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("package_update", {"private": False, "title": "x"}),
    ("package_patch", {"private": False}),
    ("package_delete", {}),
    ("dataset_purge", {}),
    ("resource_create", {"package_id": "@", "url": "http://example.org/x"}),
    ("package_owner_org_update", {"organization_id": "wlt"}),
    ("package_collaborator_create", {"user_id": "stranger", "capacity": "editor"}),
    ("bulk_update_public", {"datasets": ["@"], "org_id": "tjj"}),
    ("nx_review_submit", {}),
    ("bulk_update_delete", {"datasets": ["@"], "org_id": "tjj"}),
)


def test_ckans_own_ways_of_writing_are_closed_for_everybody(world: World, rows: dict[str, str]) -> None:
    before = snapshot(world, rows)
    root = model.User(name="root", sysadmin=True)
    model.Session.add(root)
    model.Session.commit()
    for kind in ("system", "project"):
        for name, more in CKANS_OWN:
            data = {"id": rows[kind]} | more
            data = {k: rows[kind] if v == "@" else [rows[kind]] if v == ["@"] else v for k, v in data.items()}
            for who in (*OUTSIDERS, "tjj-editor", "tjj-head", "root"):
                with pytest.raises((tk.NotAuthorized, tk.ValidationError)):
                    world.act(who, name, **data)
        with pytest.raises(tk.NotAuthorized):
            world.act("root", "package_create", type=kind, title="x", name=f"x-{kind}", owner_org="tjj")
    assert snapshot(world, rows) == before


def test_nothing_of_it_is_found_anywhere_public(world: World, rows: dict[str, str], app) -> None:
    """Also after the whole index was made anew, and with a system that is declared public."""
    shown = world.system("tjj", title="公开的统计系统", notes="公开的功能", nx_declared_public="1", nx_funding=SECRET)
    search.rebuild(force=True)
    words = (SECRET, "统计内部", "公开的统计", rows["system"], rows["project"], shown["id"])
    for who in (*OUTSIDERS, "tjj-member"):
        for query in ({"q": "*:*"}, {"q": "统计"}, {"fq": "dataset_type:system"}, {"fq": f"id:{rows['system']}"}):
            found = world.act(who, "package_search", include_private=True, include_drafts=True, rows=100, **query)
            assert found["count"] == 0, (who, query)
    for name in ("package_list", "current_package_list_with_resources"):
        assert not helpers.call_action(name)
    assert not helpers.call_action("package_autocomplete", q="统计")
    assert helpers.call_action("nx_portal_figures")["datasets"] == 0
    owner = helpers.call_action("organization_show", id="tjj", include_datasets=True, include_dataset_count=True)
    assert (owner["package_count"], owner["packages"]) == (0, [])
    for address in (
        "/",
        "/dataset/",
        "/dataset/?q=统计",
        "/organization/tjj",
        "/feeds/dataset.atom",
        "/feeds/organization/tjj.atom",
        "/catalog.ttl",
        "/catalog.jsonld",
        "/bulk/catalogue.csv",
        "/bulk/catalogue.jsonl",
        "/statistics",
        "/lists/open",
        "/lists/not_open.csv",
        "/robots.txt",
        "/sitemap.xml",
        "/organization/activity/tjj",
    ):
        body = app.get(address, expect_errors=True).body
        assert not any(word in body for word in words), address
    for kind in ("system", "project"):
        for address in (
            f"/register/{kind}s/{rows[kind]}",
            f"/register/{kind}s/{rows[kind]}/edit",
            f"/api/3/action/package_show?id={rows[kind]}",
            f"/api/3/action/nx_{kind}_show?id={rows[kind]}",
            f"/dataset/{rows[kind]}",
            f"/dataset/{rows[kind]}.ttl",
            f"/dataset/activity/{rows[kind]}",
        ):
            response = app.get(address, expect_errors=True)
            assert SECRET not in response.body and "统计内部" not in response.body, address
    for address in ("/register/tables/1", "/register/tables/1.xlsx", "/register/funding", "/register/connection"):
        response = app.get(f"{address}?owner_org=tjj", expect_errors=True)
        assert SECRET not in response.body and "统计内部" not in response.body, address
    # The public face of the public one, and no more of it.
    page = app.get(f"/register/systems/{shown['name']}").body
    assert "公开的功能" in page and SECRET not in page
    face = world.act("", "nx_system_show", id=shown["id"])
    assert set(face) == {"name", "title", "department", "function", "scope", "demonstration"}
