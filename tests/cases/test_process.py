"""Cases on their way: who may do what, what follows of it, and that nothing is done by halves."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from ckanext.nxopendata.cases.models import Case, Event
from ckanext.nxopendata.cases.process import scheduled_tasks
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.licences.agreements.models import Agreement
from tests.cases.conftest import CaseSite

GRANT = {"outcome": "granted", "answers": {"agreed_ends": "2099-01-01"}}


def download(app: Any, town: CaseSite, resource: dict[str, Any], who: str) -> int:
    address = f"/dataset/{resource['package_id']}/resource/{resource['id']}/download/x"
    return app.get(address, headers=town.headers(who), follow_redirects=False).status_code


def count(table: Any) -> int:
    return model.Session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_application_is_granted_and_opens_the_file_until_it_is_revoked(
    app: Any, town: CaseSite, uploaded: dict[str, Any]
) -> None:
    page = app.get(
        f"/dataset/jingqu/resource/{uploaded['id']}/download/x", headers=town.headers("applicant"), status=403
    )
    assert "/case/new/application?dataset=jingqu" in page.body
    case = town.apply()
    assert (case["state"], case["phase"], case["overdue"]) == ("submitted", "open", False)
    assert case["clock"]["days"] == 15 and [one["action"] for one in case["steps"]] == ["withdraw"]
    town.step("editor", case, "accept")
    asked = town.step("editor", case, "ask", opinion="请说明用途")
    assert asked["clock"]["stopped"]
    town.step("applicant", case, "complete", opinion="用于论文")
    assert download(app, town, uploaded, "applicant") == 403
    with pytest.raises(tk.NotAuthorized):
        town.step("editor", case, "approve", **GRANT)
    granted = town.step("head", case, "approve", **GRANT)
    assert granted["agreement_id"] and granted["answered"]
    assert download(app, town, uploaded, "applicant") == 200
    assert download(app, town, uploaded, "other") == 403
    notices = [one["text"] for one in town.act("applicant", "nx_notice_list")]
    assert any("补正" in text for text in notices) and any("已批准" in text for text in notices)
    town.step("head", case, "revoke", opinion="超出约定用途")
    assert download(app, town, uploaded, "applicant") == 403
    told = town.act("applicant", "nx_case_show", id=case["id"])
    assert [one["action"] for one in told["events"]] == [
        "create", "accept", "ask", "complete", "approve", "revoke",
    ]  # fmt: skip


def test_a_form_that_is_sent_twice_makes_one_case(town: CaseSite) -> None:
    town.dataset()
    first, second = (town.apply(client_key="the same") for _ in range(2))
    assert first["id"] == second["id"] and count(Case) == 1


def test_two_officers_at_once_the_second_is_told(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    version = case["version"]
    town.step("editor", case, "accept", version=version)
    with pytest.raises(tk.ValidationError) as refused:
        town.step(
            "head",
            case,
            "refuse",
            version=version,
            outcome="law",
            answers={"article": "《数据安全法》第二十一条"},
            opinion="涉密",
        )
    assert "version" in refused.value.error_dict
    assert town.act("head", "nx_case_show", id=case["id"])["state"] == "examined"


def test_a_process_killed_between_decision_and_agreement_leaves_neither(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    model.Session.commit()
    child = os.fork()
    if child == 0:
        model.Session.get_bind().dispose(close=False)  # pyright: ignore[reportAttributeAccessIssue]
        model.Session.registry.clear()
        event.listen(model.Session, "before_commit", lambda _session: os.kill(os.getpid(), signal.SIGKILL))
        town.step("head", case, "approve", **GRANT)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    model.Session.rollback()
    assert town.act("head", "nx_case_show", id=case["id"])["state"] == "submitted"
    assert count(Agreement) == 0
    town.step("head", case, "approve", **GRANT)
    assert count(Agreement) == 1


def test_the_history_cannot_be_rewritten(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    for statement in (sa.update(Event).values(opinion="x"), sa.delete(Event)):
        with pytest.raises(DBAPIError, match="append-only"):
            model.Session.execute(statement.where(Event.case_id == case["id"]))
        model.Session.rollback()


def test_a_case_is_for_those_who_take_part(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    for who in ("", "other", "stranger"):
        with pytest.raises(tk.ObjectNotFound if who else tk.NotAuthorized):
            town.act(who, "nx_case_show", id=case["id"])
    boxes = {who: town.act(who, "nx_case_list", box="desk")["count"] for who in ("editor", "office", "stranger")}
    assert boxes == {"editor": 1, "office": 0, "stranger": 0}
    assert town.act("office", "nx_case_list", box="board")["count"] == 1
    with pytest.raises(tk.NotAuthorized):
        town.act("editor", "nx_case_list", box="board")


def test_what_is_wrong_with_a_form_is_said_at_the_field(town: CaseSite) -> None:
    town.dataset()
    town.dataset("open", nx_open_condition="", license_id="nx-open-1.0", title_translated={"zh": "无条件"})
    for wrong, field in (
        ({"purpose": ""}, "purpose"),
        ({"ends": "昨天"}, "ends"),
        ({"channel": "fax"}, "channel"),
        ({"accepts": False}, "accepts"),
        ({"columns": ["身份证号"]}, "columns"),
        ({"uscc": "91640000MA75X1234X"}, "uscc"),
        ({"shoe": "43"}, "answers"),
    ):
        with pytest.raises(tk.ValidationError) as refused:
            town.apply(answers=wrong)
        assert field in refused.value.error_dict, wrong
    with pytest.raises(tk.ValidationError) as refused:
        town.apply(dataset="open")
    assert "dataset" in refused.value.error_dict
    assert count(Case) == 0


def test_an_objection_withholds_the_file_first(app: Any, town: CaseSite, uploaded: dict[str, Any]) -> None:
    town.root("package_patch", id="jingqu", nx_open_condition="", license_id="nx-open-1.0")
    assert download(app, town, uploaded, "") == 200
    case = town.apply(kind="objection", answers={"right": "privacy", "place": "电话", "reason": "是我的电话"})
    assert download(app, town, uploaded, "") == 200
    town.step("editor", case, "accept")
    assert download(app, town, uploaded, "") == 403
    page = app.get("/dataset/jingqu")
    assert case["number"] in page.body
    town.step("head", case, "restore", outcome="unfounded", opinion="是公开的办公电话")
    assert download(app, town, uploaded, "") == 200


def test_departments_share_at_once_without_conditions(town: CaseSite) -> None:
    town.dataset(nx_share_type="1")
    answers = {
        "need": "旅游统计",
        "system": "统计平台",
        "scenario": "月报",
        "matter": "统计",
        "frequency": "once",
        "ends": "2099-01-01",
    }
    case = town.apply("stranger", "sharing", answers=answers)
    assert (case["state"], case["outcome"]) == ("provided", "unconditional")
    with pytest.raises(tk.ValidationError) as refused:
        town.apply("applicant", "sharing", answers=answers)
    assert "applicant_org" in refused.value.error_dict


def test_merged_demands_count_together(town: CaseSite) -> None:
    first, second = (
        town.apply(who, "demand", dataset="", department="wlt", answers={"subject": "公交线路", "description": "站点"})
        for who in ("applicant", "other")
    )
    with pytest.raises(tk.ValidationError):
        town.step("head", second, "merge", outcome="merged", answers={"merged_into": "NX2026-999999"})
    town.step("head", second, "merge", outcome="merged", answers={"merged_into": first["number"]})
    assert town.act("head", "nx_case_show", id=first["id"])["votes"] == 1


def test_the_clock_ends_agreements_reminds_and_follows_the_calendar(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-03")
    granted, waiting = town.apply(answers={"ends": "2031-03-20"}), town.apply()
    town.step("head", granted, "approve", outcome="granted", answers={"agreed_ends": "2031-03-10"})
    assert waiting["due"] == "2031-03-24" and waiting["due_unsure"]
    holidays.save("day,working,name\n2031-03-17,0,测试假日\n")
    try:
        monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-11")
        assert scheduled_tasks.run_daily() == {"ended": 1, "recomputed": 1, "reminded": 0}
        monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-25")
        assert scheduled_tasks.run_daily() == {"ended": 0, "recomputed": 0, "reminded": 1}
    finally:
        holidays.save("")
    assert scheduled_tasks.run_daily() == {"ended": 0, "recomputed": 1, "reminded": 1}
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-31")
    assert [scheduled_tasks.run_daily()["reminded"] for _ in range(2)] == [1, 0]
    assert town.act("applicant", "nx_case_show", id=granted["id"])["state"] == "expired"
    shown = town.act("applicant", "nx_case_show", id=waiting["id"])
    assert shown["overdue"] and shown["due"] == "2031-03-24"
    happened = [one["action"] for one in shown["events"]]
    assert happened == ["create", "recompute", "remind", "recompute", "remind", "remind"]
    assert "2031-03-24" in town.act("office", "nx_notice_list")[0]["text"]
    assert "2031-03-24" in town.act("head", "nx_notice_list")[0]["text"]


def test_how_often_somebody_asks_is_limited_in_the_action(town: CaseSite, reset_redis: Callable[[], None]) -> None:
    town.dataset()
    reset_redis()
    for _ in range(20):
        town.apply()
    with pytest.raises(tk.ValidationError, match="kind"):
        town.apply()
    reset_redis()


def test_definitions_are_checked_by_a_command(cli: Any, with_plugins: None, tmp_path: Any) -> None:
    from ckan.cli.cli import ckan

    good = cli.invoke(ckan, ["nx", "cases", "check"])
    assert good.exit_code == 0, good.output
    broken = tmp_path / "visit.yaml"
    broken.write_text("title: {zh: 访问}\n", encoding="utf-8")
    bad = cli.invoke(ckan, ["nx", "cases", "check", str(broken)])
    assert bad.exit_code == 1 and "visit.yaml:1: " in bad.output


def test_who_applied_decides_nothing_in_their_own_case(town: CaseSite) -> None:
    town.dataset()
    case = town.apply("head")
    shown = town.act("head", "nx_case_show", id=case["id"])
    assert {step["action"] for step in shown["steps"]} == {"withdraw"}
    for action, more in (
        ("accept", {}),
        ("approve", {"outcome": "granted", "answers": {"agreed_ends": "2099-01-01"}}),
    ):
        with pytest.raises(tk.NotAuthorized, match=r"yourself|您自己"):
            town.step("head", case, action, **more)
    assert town.step("editor", case, "accept")["state"] == "examined"
    assert town.step("head", case, "withdraw")["phase"] == "ended"
