"""The filing of projects against the register: systems chosen from it, red flags, signatures, files."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.register.projects import red_flags
from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.systems.record import System

from ..statements import statements
from .conftest import World

TODAY = dt.date(2026, 11, 24)
SOUND = System(
    id="1",
    name="a",
    title="旅游市场监管系统",
    owner_org="o",
    department="文化和旅游厅",
    function="受理旅游投诉，公示处理结果。",
    datasets=("tou-su",),
    exchange_status="connected",
    protection_level="3",
    protection_record="公安备案号 640000",
    protection_tested="2026-05",
)
TWIN = replace(SOUND, id="2", title="投诉处理平台", owner_org="p", department="市场监管厅")


class TestRedFlags:
    def codes(self, facts: red_flags.Facts | None = None, **changes: Any) -> list[str]:
        system = replace(SOUND, **changes)
        return [flag.code for flag in red_flags.find_flags([system], (), facts or red_flags.Facts(), TODAY)]

    def test_a_sound_system_has_none(self) -> None:
        assert self.codes() == []

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"state": "disposed"}, "gone"),
            ({"plan": "clear"}, "clear_planned"),
            ({"plan": "merge"}, "merge_planned"),
            ({"exchange_status": "preparing"}, "not_connected"),
            ({"datasets": ()}, "no_datasets"),
            ({"protection_level": ""}, "not_graded"),
            ({"protection_record": ""}, "protection_not_filed"),
            ({"protection_tested": ""}, "protection_test_overdue"),
            ({"protection_tested": "2025-10"}, "protection_test_overdue"),
            ({"protection_level": "4", "protection_tested": "2026-04"}, "protection_test_overdue"),
        ],
    )
    def test_each(self, changes: dict[str, Any], code: str) -> None:
        assert self.codes(**changes) == [code]

    def test_of_what_the_register_knows_beside(self) -> None:
        assert self.codes(red_flags.Facts(proposed={"1"})) == ["clear_proposed"]
        assert self.codes(red_flags.Facts(unfunded={"1"})) == ["no_funds"]
        assert self.codes(red_flags.Facts(systems=[SOUND, TWIN])) == ["same_function"]

    def test_parts_of_one_big_system_are_no_twins(self) -> None:
        part = replace(SOUND, merged_into="大系统", plan="merge")
        other = replace(TWIN, owner_org="o", merged_into="大系统", plan="merge")
        big = replace(TWIN, id="3", owner_org="o", title="大系统")
        assert red_flags.find_twin(part, [part, other, big]) is None

    def test_a_project_without_systems_is_told(self) -> None:
        found = red_flags.find_flags([], (), red_flags.Facts(), TODAY)
        assert [flag.code for flag in found] == ["no_system"]


COMPLETE = {
    "nx_builder": "文旅厅",
    "nx_project_kind": "operation",
    "nx_operation_cost": "35.5",
    "nx_channel": "自治区财政",
    "nx_data_resources": "旅游投诉",
    "nx_protection_record": "第二级，已备案",
    "nx_secrecy_record": "不涉密",
}


def project(world: World, title: str, *systems: str, **fields: Any) -> dict[str, Any]:
    data = COMPLETE | {"owner_org": "wlt", "title": title, "nx_systems": list(systems)} | fields
    return world.act("wlt-editor", "nx_project_create", **data)


def codes(shown: dict[str, Any]) -> set[str]:
    return {flag["code"] for flag in shown["flags"]}


def test_unknown_systems_are_refused_and_known_ones_become_links(world: World) -> None:
    system = world.system(title="旅游年卡售卡系统")
    theirs = world.system("tjj", title="统计局的系统")
    for wrong in ("不存在的系统", theirs["title"], theirs["name"], theirs["id"]):
        with pytest.raises(tk.ValidationError) as refusal:
            project(world, "运行维护", system["title"], wrong)
        assert "nx_systems" in refusal.value.error_dict
    made = project(world, "运行维护", "旅游年卡 售卡系统")
    assert made["nx_systems"] == [system["name"]]
    assert [row["title"] for row in made["systems"]] == ["旅游年卡售卡系统"]


def test_what_was_entered_before_as_free_text_stays_and_is_a_red_flag(world: World) -> None:
    made = project(world, "老项目", world.system(title="老系统")["name"])
    row = model.Session.get(Project, made["id"])
    assert row is not None
    row.fields = dict(row.fields) | {"nx_systems": ["早先填写的系统"]}
    model.Session.commit()
    shown = world.act("wlt-editor", "nx_project_update", id=made["id"], nx_remark="x")
    assert shown["nx_systems"] == ["早先填写的系统"]
    assert "unknown_system" in codes(shown)


def test_it_is_submitted_with_all_that_the_plan_names(world: World) -> None:
    made = world.act("wlt-editor", "nx_project_create", owner_org="wlt", title="空项目", nx_builder="甲")
    assert set(made["missing"]) == set(COMPLETE) - {"nx_builder", "nx_operation_cost"} | {"nx_systems"}
    with pytest.raises(tk.ValidationError) as refusal:
        world.act("wlt-editor", "nx_project_decide", id=made["id"], action="submit")
    assert set(refusal.value.error_dict) == set(made["missing"])


def test_the_offices_see_the_flags_sign_in_order_and_file_with_a_reason(world: World, monkeypatch: Any) -> None:
    people = [{"name": factories.User(name="establishment")["name"], "capacity": "editor"}]
    factories.Organization(name="bianban", title="编办", users=people)
    monkeypatch.setitem(tk.config, "ckanext.nxopendata.register.establishment", "bianban")
    bad = world.system(title="景区售票系统", nx_maintenance="stopped", nx_exchange_status="not_connected")
    world.act("office", "nx_system_propose", owner_org="wlt")
    made = project(world, "景区售票系统运行维护", bad["name"])
    asked = {"clear_proposed", "not_connected", "no_funds", "no_datasets", "not_graded"}
    assert asked <= codes(made)
    world.act("wlt-editor", "nx_project_decide", id=made["id"], action="submit")
    for who in ("development", "finance", "office", "wlt-editor"):
        assert asked <= codes(world.act(who, "nx_project_show", id=made["id"]))

    for early in ("finance", "establishment"):
        with pytest.raises(tk.NotAuthorized):
            world.act(early, "nx_project_sign", id=made["id"], verdict="agree", opinion="同意")
    with pytest.raises(tk.ValidationError):
        world.act("office", "nx_project_decide", id=made["id"], action="file", opinion="同意")
    with pytest.raises(tk.ValidationError, match="why"):
        world.act("development", "nx_project_sign", id=made["id"], verdict="agree")
    for who in ("development", "finance", "establishment"):
        assert world.act(who, "nx_project_show", id=made["id"])["signs"]
        shown = world.act(who, "nx_project_sign", id=made["id"], verdict="agree", opinion="接入后拨付")
    assert [row["office"] for row in shown["signatures"]] == ["development", "finance", "establishment"]
    assert shown["next_signer"] is None

    with pytest.raises(tk.ValidationError) as refusal:
        world.act("office", "nx_project_decide", id=made["id"], action="file")
    assert "opinion" in refusal.value.error_dict
    filed = world.act("office", "nx_project_decide", id=made["id"], action="file", opinion="限期接入")
    assert filed["nx_filing_state"] == "filed"
    line = next(row for row in world.act("finance", "nx_system_funding") if row["id"] == bad["id"])
    assert [row["title"] for row in line["projects"]] == ["景区售票系统运行维护"]


def test_after_an_objection_it_is_not_filed_plainly_and_signatures_begin_anew(world: World) -> None:
    made = project(world, "有异议的项目", world.system(title="有异议的系统")["name"])
    world.act("wlt-editor", "nx_project_decide", id=made["id"], action="submit")
    world.act("development", "nx_project_sign", id=made["id"], verdict="object", opinion="与在建项目重复")
    shown = world.act("finance", "nx_project_sign", id=made["id"], verdict="agree", opinion="同意")
    assert shown["next_signer"] is None
    with pytest.raises(tk.ValidationError):
        world.act("office", "nx_project_decide", id=made["id"], action="file", opinion="同意")
    world.act("office", "nx_project_decide", id=made["id"], action="return", opinion="请合并")
    world.act("wlt-editor", "nx_project_decide", id=made["id"], action="submit")
    shown = world.act("finance", "nx_project_show", id=made["id"])
    assert (shown["signatures"], shown["next_signer"]["office"]) == ([], "development")
    log = [entry["action"] for entry in world.act("audit", "nx_project_log", id=made["id"])]
    assert log == ["create", "submit", "sign_object", "sign_agree", "return", "submit"]


def test_files_are_attached_and_read_by_those_who_read_the_project(world: World, app: Any) -> None:
    made = project(world, "带批文的项目", world.system(title="带批文的系统")["name"])
    for name, content in (("批文.exe", b"MZ"), ("空.pdf", b""), ("页面.html", b"<p>")):
        with pytest.raises(tk.ValidationError) as refusal:
            attach(world, made, name, content)
        assert "upload" in refusal.value.error_dict
    found = attach(world, made, "批文.pdf", b"%PDF-1.4")
    headers = {who: {"Authorization": token(who)} for who in ("finance", "tjj-head", "wlt-editor")}
    address = f"/register/attachments/{found['id']}"
    sent = app.get(address, headers=headers["finance"])
    assert sent.data == b"%PDF-1.4"
    assert "attachment" in sent.headers["Content-Disposition"]
    assert app.get(address, headers=headers["tjj-head"], expect_errors=True).status_code == 403
    page = app.get(f"/register/projects/{made['name']}", headers=headers["wlt-editor"]).body
    assert "批文.pdf" in page


def attach(world: World, made: dict[str, Any], name: str, content: bytes) -> dict[str, Any]:
    upload = FileStorage(io.BytesIO(content), name)
    data = {"subject": "project", "subject_id": made["name"], "upload": upload}
    return world.act("wlt-editor", "nx_register_attachment_create", **data)


def labels(app: Any, who: str, made: dict[str, Any], *values: str) -> list[str]:
    """What the buttons of the project's page say, by their values."""
    page = app.get(f"/register/projects/{made['name']}", headers={"Authorization": token(who)}).body
    return [page.partition(f'value="{value}">')[2].partition("<")[0] for value in values]


def token(name: str) -> str:
    user = model.User.get(name)
    assert user is not None
    return factories.APIToken(user=user.id)["token"]


def test_the_buttons_say_what_they_do(world: World, app: Any) -> None:
    made = project(world, "按钮项目", world.system(title="按钮系统")["name"])
    world.act("wlt-editor", "nx_project_decide", id=made["id"], action="submit")
    for who in ("development", "finance"):
        assert labels(app, who, made, "agree", "object") == ["同意", "不同意"]
        world.act(who, "nx_project_sign", id=made["id"], verdict="agree", opinion="同意")
    assert labels(app, "office", made, "file", "file_with_conditions") == ["备案", "附条件备案"]
    form = app.get("/register/projects/new/wlt", headers={"Authorization": token("wlt-editor")}).body
    assert 'type="checkbox" name="nx_systems"' in form


def test_a_list_asks_the_database_no_more_for_many_projects_than_for_one(world: World) -> None:
    system = world.system(title="景区票务系统")
    for number in range(4):
        project(world, f"票务运维第{number}期", system["title"])

    assert count_statements(world, "nx_project_list", 4) <= count_statements(world, "nx_project_list", 1)


def test_a_list_asks_the_database_no_more_for_many_systems_than_for_one(world: World) -> None:
    for number in range(4):
        world.system(title=f"票务运维系统第{number}期")
    assert count_statements(world, "nx_system_list", 4) <= count_statements(world, "nx_system_list", 1)


def count_statements(world: World, action: str, limit: int) -> int:
    with statements() as sent:
        shown = world.act("office", action, q="票务运维", limit=limit)["results"]
    assert len(shown) == limit
    return len(sent)
