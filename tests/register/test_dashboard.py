"""The overview: what is asked of a department, what is overdue and with whom, how far the plan is."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.nxopendata.core import timezone
from ckanext.nxopendata.register.tasks import plan_tasks

from .conftest import World


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the day: ``on("2026-11-01")``."""
    return lambda day: monkeypatch.setenv(timezone.TODAY_VARIABLE, day)


@pytest.fixture
def busy(begin: Any, on: Any) -> World:
    """On the 3rd ``wlt`` owes its monthly report, the answer to a proposal and the reply to a finding."""

    def fill(world: World) -> None:
        on("2026-11-01")
        world.system("wlt", title="停用的系统", nx_maintenance="stopped", nx_business_link="none")
        world.system("wlt", title="未接入的系统", nx_exchange_status="not_connected")
        world.act("office", "nx_system_propose")
        world.act("office", "nx_report_remind")
        found = {"title": "未做等级保护备案", "text": "请补办。", "days": 1, "owner_org": "wlt"}
        world.act("audit", "nx_audit_finding_create", **found)
        said = {"id": "4-1", "month": "2026-11", "text": "已完成。"}
        world.act("wlt-editor", "nx_task_progress_update", owner_org="wlt", percent=100, **said)
        world.act("tjj-editor", "nx_task_progress_update", owner_org="tjj", percent=60, **said)
        world.act("office", "nx_task_decide", id="4-2", action="complete")

    made = begin("busy", fill)
    on("2026-11-03")
    return made


def kinds(items: list[dict[str, Any]]) -> list[str]:
    return [item["kind"] for item in items]


def test_a_department_sees_what_is_asked_of_it(busy: World) -> None:
    shown = busy.act("wlt-editor", "nx_register_dashboard")
    assert shown["office"] is None
    assert {"monthly", "annual", "verdict", "finding", "task"} >= set(kinds(shown["asked"]))
    assert {"monthly", "verdict", "finding", "task"} <= set(kinds(shown["asked"]))
    assert {item["owner_org"] for item in shown["asked"]} == {busy.departments["wlt"]}
    monthly = next(item for item in shown["asked"] if item["kind"] == "monthly")
    assert (monthly["title"], monthly["due"], monthly["late"]) == ("2026-10", "2026-11-02", 1)
    # Of a task that it spoke of this month, and of one that is done, nothing is asked.
    asked = {item["url"].rpartition("/")[2] for item in shown["asked"] if item["kind"] == "task"}
    assert not {"4-1", "4-2"} & asked
    assert "8-2" in asked


def test_the_office_sees_what_is_overdue_and_with_whom(busy: World) -> None:
    office = busy.act("office", "nx_register_dashboard")["office"]
    late = [(item["kind"], item["title"]) for item in office["overdue"] if item["owner_org"] == busy.departments["wlt"]]
    assert ("monthly", "2026-10") in late
    assert ("connection", "未接入的系统") in late
    row = next(row for row in office["by_unit"] if row["title"] == "文化和旅游厅")
    assert row["count"] == len(late)
    assert row["kinds"]["monthly"] == 1
    assert office["figures"]["systems"] == 2
    assert (office["figures"]["to_connect"], office["figures"]["connected"]) == (1, 0)


def test_the_plan_against_its_dates(busy: World) -> None:
    found = busy.act("office", "nx_register_dashboard")["office"]["tasks"]
    assert (found["total"], found["done"]) == (len(plan_tasks.list_tasks()), 1)
    task = next(each for each in found["open"] if each["code"] == "4-1")
    # All departments lead it; those that said nothing count as 0.
    assert task["said"] == 2
    assert task["percent"] == round(160 / task["units"])
    assert task["overdue"] and task["late"] > 3000
    assert found["overdue"] == sum(each["overdue"] for each in found["open"])


def test_what_the_office_itself_has_to_do(busy: World) -> None:
    verdict = busy.act("wlt-editor", "nx_system_verdict_list")[0]
    busy.act("wlt-editor", "nx_system_answer", id=verdict["id"], confirm=False, reason="每年用一次")
    assert kinds(busy.act("office", "nx_register_dashboard")["office"]["waits"]) == ["verdict"]
    assert busy.act("finance", "nx_register_dashboard")["office"]["waits"] == []


def test_it_is_a_page_for_those_who_work_here_only(busy: World, app: Any) -> None:
    for who in ("", "stranger"):
        with pytest.raises(tk.NotAuthorized):
            busy.act(who, "nx_register_dashboard")
    assert app.get("/register/overview", expect_errors=True).status_code in (401, 403)
    own = app.get("/register/overview", headers={"Authorization": token("wlt-editor")}).body
    assert "本单位待办" in own and "未做等级保护备案" in own
    whole = app.get("/register/overview", headers={"Authorization": token("office")}).body
    assert "文化和旅游厅" in whole and "未接入的系统" in whole


def token(name: str) -> str:
    return factories.APIToken(user=name)["token"]
