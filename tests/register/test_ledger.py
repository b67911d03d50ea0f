"""The ledger of the plan by the people who keep it: tasks, steps, facts, notices, what was sent to the State."""

import datetime as dt
import io

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from werkzeug.datastructures import FileStorage

from ckanext.nxopendata.core.notifications.models import Notice
from ckanext.nxopendata.register.ledger import facts
from ckanext.nxopendata.register.reports.models import TaskState
from ckanext.nxopendata.register.tasks import tasks_in_force

from .conftest import World

TODAY = dt.date(2026, 11, 20)


def task(world: World, code: str, who: str = "office") -> dict:
    return world.act(who, "nx_task_show", id=code)


class TestTasks:
    def test_the_office_adds_postpones_and_reassigns_and_the_log_keeps_what_was(self, world: World) -> None:
        given = {"title": "编制公共数据资源登记细则", "lead": "统计局；文化和旅游厅", "opinion": "办公会议定"}
        with pytest.raises(tk.NotAuthorized):
            world.act("wlt-head", "nx_task_add", **given)
        code = world.act("office", "nx_task_add", **given, due="2026-12-31")["id"]
        assert code in {row["code"] for row in world.act("wlt-editor", "nx_task_list", owner_org="wlt")}
        world.act("office", "nx_task_amend", id=code, due="2027-03-31", lead="统计局", opinion="机构调整")
        shown = task(world, code)
        assert (shown["due"], shown["lead"]) == ("2027-03-31", ["统计局"])
        assert code not in {row["code"] for row in world.act("wlt-editor", "nx_task_list", owner_org="wlt")}
        assert [entry["action"] for entry in shown["log"]] == ["add", "amend"]
        assert shown["log"][1]["changes"]["due"] == ["2026-12-31", "2027-03-31"]

    def test_a_task_of_the_plan_is_postponed_without_losing_its_place(self, world: World) -> None:
        codes = [row["code"] for row in world.act("office", "nx_task_list")]
        world.act("office", "nx_task_amend", id="1-2", due="2027-06-30", opinion="审计计划调整")
        assert [row["code"] for row in world.act("office", "nx_task_list")] == codes
        assert task(world, "1-2")["due"] == "2027-06-30"
        with pytest.raises(tk.ObjectNotFound):
            world.act("office", "nx_task_amend", id="99-9", due="2027-06-30", opinion="没有这项")

    def test_the_parts_of_a_task_stand_after_it_and_finish_it(self, world: World) -> None:
        parts = [
            world.act("office", "nx_task_split", id="6-2", title=title, lead="统计局", opinion="分步推进")["id"]
            for title in ("举办应用大赛", "公布应用案例")
        ]
        codes = [row["code"] for row in world.act("office", "nx_task_list")]
        assert codes[codes.index("6-2") + 1 : codes.index("6-2") + 3] == parts == ["6-2.1", "6-2.2"]
        world.act("office", "nx_task_decide", id=parts[0], action="complete")
        facts.follow(TODAY)
        assert task(world, "6-2")["state"] == "open"
        world.act("office", "nx_task_decide", id=parts[1], action="complete")
        facts.follow(TODAY)
        assert (task(world, "6-2")["state"], task(world, "6-2")["by_facts"]) == ("done", True)


class TestFacts:
    def test_tables_4_and_5_are_done_once_every_unit_is_named_and_open_again_when_one_is_not(
        self, world: World
    ) -> None:
        people = {"leader_name": "王某", "contact_name": "李某", "contact_phone": "0951-6000000"}
        units = facts.leading_units(next(each for each in tasks_in_force.list_tasks() if each.code == "8-3"))
        facts.follow(TODAY)
        assert task(world, "8-3")["state"] == "open"
        for unit in units:
            world.act("office", "nx_system_unit_update", id=unit, **people)
        assert facts.follow(TODAY)["done"] >= 1
        assert (task(world, "8-3")["state"], task(world, "8-3")["by_facts"]) == ("done", True)
        world.act("office", "nx_system_unit_update", id=units[0], contact_name="")
        assert facts.follow(TODAY)["opened"] == 1
        assert task(world, "8-3")["state"] == "open"

    def test_a_decision_of_the_office_stands_above_the_facts(self, world: World) -> None:
        world.act("office", "nx_task_decide", id="1-3", action="complete", opinion="以验收为准")
        world.system(title="还没清理的系统", nx_plan="clear")
        facts.follow(TODAY)
        assert task(world, "1-3")["state"] == "done"
        row = model.Session.get(TaskState, "1-3")
        assert row is not None
        assert not row.by_facts

    def test_systems_tell_how_far_a_unit_is(self, world: World) -> None:
        world.system("tjj", title="已接入的系统", nx_exchange_status="connected")
        world.system("tjj", title="没接入的系统", nx_exchange_status="not_connected")
        unit = world.departments["tjj"]
        found = facts.find_facts("5-6", [unit], TODAY)[unit]
        assert (found.good, found.total, found.done) == (1, 2, False)


def test_a_unit_keeps_its_own_steps_with_days(world: World) -> None:
    step = world.act("wlt-editor", "nx_task_step_create", task="4-2", owner_org="wlt", title="迁移", due="2026-12-01")
    assert step["done"] is None
    with pytest.raises(tk.NotAuthorized):
        world.act("tjj-editor", "nx_task_step_update", id=step["id"], done="2026-11-20")
    with pytest.raises(tk.ValidationError):
        world.act(
            "wlt-editor", "nx_task_step_create", task="7-2", owner_org="wlt", title="不是本厅的", due="2026-12-01"
        )
    assert world.act("wlt-editor", "nx_task_step_update", id=step["id"], done="2026-11-20")["done"] == "2026-11-20"
    assert world.act("wlt-editor", "nx_task_step_update", id=step["id"])["done"] is None


def test_a_notice_is_replied_to_returned_and_closed(world: World) -> None:
    given = {"kind": "rectification", "owner_org": "wlt", "task": "1-3", "text": "请在期限内清理", "due": "2099-12-31"}
    for who in ("wlt-head", "audit", "finance"):
        with pytest.raises(tk.NotAuthorized):
            world.act(who, "nx_supervision_notice_create", **given)
    notice = world.act("general_office", "nx_supervision_notice_create", **given)
    with pytest.raises(tk.ValidationError):
        world.act("office", "nx_supervision_notice_create", **given | {"due": "2020-01-01"})
    assert [row["id"] for row in world.act("wlt-member", "nx_supervision_notice_list")] == [notice["id"]]
    assert world.act("tjj-editor", "nx_supervision_notice_list") == []
    head = model.User.get("wlt-head")
    assert head is not None
    told = model.Session.query(Notice).filter_by(user_id=head.id, topic="supervision").count()
    assert told == 1
    with pytest.raises(tk.ValidationError):
        world.act("office", "nx_supervision_notice_end", id=notice["id"], action="close", opinion="同意")
    world.act("wlt-editor", "nx_supervision_notice_reply", id=notice["id"], reply="已清理两个")
    back = world.act("office", "nx_supervision_notice_end", id=notice["id"], action="return", opinion="还有一个")
    assert back["state"] == "open"
    world.act("wlt-editor", "nx_supervision_notice_reply", id=notice["id"], reply="全部清理")
    done = world.act("office", "nx_supervision_notice_end", id=notice["id"], action="close", opinion="同意销号")
    assert (done["state"], done["opinion"]) == ("closed", "同意销号")
    with pytest.raises(tk.ValidationError):
        world.act("wlt-editor", "nx_supervision_notice_reply", id=notice["id"], reply="再说一次")


def test_what_was_sent_to_the_state_is_put_down_with_its_file(world: World) -> None:
    given = {
        "kind": "monthly",
        "period": "2026-10",
        "recipient": "国家发展改革委",
        "sent": "2026-11-05",
        "receipt": "12",
    }
    with pytest.raises(tk.NotAuthorized):
        world.act("audit", "nx_dispatch_create", **given)
    file = FileStorage(io.BytesIO(b"%PDF-1.7"), filename="十月进展.pdf")
    sent = world.act("development", "nx_dispatch_create", **given, upload=file)
    assert [each["file_name"] for each in sent["files"]] == ["十月进展.pdf"]
    assert world.act("audit", "nx_dispatch_list")[0]["receipt"] == "12"
    with pytest.raises(tk.NotAuthorized):
        world.act("wlt-head", "nx_dispatch_list")


def test_the_pages_of_the_ledger_work_for_those_who_use_them(world: World, app) -> None:
    headers = {who: {"Authorization": factories.APIToken(user=who)["token"]} for who in ("office", "wlt-editor")}
    page = app.get("/register/tasks/add", headers=headers["office"])
    assert "增加任务" in page.body
    assert app.get("/register/tasks/add", headers=headers["wlt-editor"]).status_code == 403
    form = {"title": "公布数据目录", "lead": ["统计局", "@cities"], "opinion": "年度要点", "due": "2026-12-31"}
    answer = app.post("/register/tasks/add", data=form, headers=headers["office"], follow_redirects=False)
    address = answer.headers["Location"].removeprefix("http://localhost")
    shown = app.get(address, headers=headers["office"]).body
    assert "公布数据目录" in shown
    change = {"change": "split", "title": "分项一", "lead": "统计局", "opinion": "分步"}
    app.post(f"{address}/change", data=change, headers=headers["office"])
    step = {"owner_org": "wlt", "title": "报送清单", "due": "2026-12-10"}
    app.post("/register/tasks/4-1/steps", data=step, headers=headers["wlt-editor"])
    assert "报送清单" in app.get("/register/tasks/4-1", headers=headers["wlt-editor"]).body
    upload = {"upload": (io.BytesIO(b"%PDF-1.7"), "责任书.pdf"), "title": "责任书", "owner_org": "wlt"}
    app.post("/register/attach/unit/wlt", data=upload, headers=headers["wlt-editor"])
    assert "责任书.pdf" in app.get("/register/units/wlt", headers=headers["wlt-editor"]).body
    for path in ("/register/notices", "/register/dispatches"):
        assert app.get(path, headers=headers["office"]).status_code == 200
