"""Cases that wait for somebody else: for how long, what is said of it, and who goes on when nothing comes."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.process import scheduled_tasks
from tests.cases.conftest import CaseSite

SHARING = {
    "need": "比对",
    "system": "资格审核系统",
    "scenario": "审核",
    "matter": "审核",
    "frequency": "once",
    "ends": "2099-01-01",
}
OBJECTION = {"right": "privacy", "place": "电话", "reason": "是我的电话"}
MONDAY, DUE = "2026-03-02", "2026-03-16"
"""A day, and the tenth working day after it."""


def notices(town: CaseSite, who: str) -> list[str]:
    return [one["text"] for one in town.act(who, "nx_notice_list")]


def actions(town: CaseSite, case: dict[str, Any], who: str) -> set[str]:
    return {one["action"] for one in town.act(who, "nx_case_show", id=case["id"])["steps"]}


def page(app: Any, town: CaseSite, case: dict[str, Any], who: str) -> str:
    return app.get(f"/case/{case['id']}", headers=town.headers(who)).body


def test_an_objection_whose_applicant_is_silent_does_not_withhold_the_file_for_ever(
    app: Any, town: CaseSite, uploaded: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    town.root("package_patch", id="jingqu", nx_open_condition="", license_id="nx-open-1.0")
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply(kind="objection", answers=OBJECTION)
    town.step("editor", case, "accept")
    asked = town.step("editor", case, "ask", opinion="请说明是哪一行")
    assert (asked["reply_due"], asked["reply_late"]) == (DUE, False)
    assert any("请说明是哪一行" in text and DUE in text for text in notices(town, "applicant"))
    assert {"restore", "remove"} <= actions(town, case, "head") and "lapse" not in actions(town, case, "head")
    with pytest.raises(tk.ValidationError, match=DUE):
        town.step("head", case, "lapse", outcome="lapsed", opinion="没有补充")
    assert DUE in page(app, town, case, "applicant") and DUE in page(app, town, case, "editor")
    assert DUE in app.get("/case", headers=town.headers("applicant")).body
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-17")
    assert "lapse" in actions(town, case, "head") and "lapse" not in actions(town, case, "editor")
    address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"
    assert app.get(address, follow_redirects=False).status_code == 403
    over = town.step("head", case, "lapse", outcome="lapsed", opinion="逾期没有补充")
    assert (over["state"], over["phase"], over["reply_due"]) == ("lapsed", "ended", None)
    assert (over["answered"], over["may_rate"]) == (None, False)  # nothing was answered, in time or late
    with pytest.raises(tk.ValidationError):
        town.act("applicant", "nx_case_rate", id=case["id"], rating=5)
    assert app.get(address, follow_redirects=False).status_code == 200
    assert any("第三十条" in text and "逾期没有补充" in text for text in notices(town, "applicant"))
    public = town.act("", "nx_case_public_list", kind="objection")["results"][0]
    assert (public["state"], public["answers"]) == ("lapsed", {})


def test_who_is_asked_may_still_answer_late_until_the_department_closes_it(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply()
    town.step("editor", case, "ask", opinion="请说明用途")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-04-20")
    back = town.step("applicant", case, "complete", opinion="用于论文")
    assert (back["state"], back["reply_due"]) == ("examined", None)


def test_who_is_asked_is_reminded_and_after_them_those_who_decide(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply()
    town.step("editor", case, "ask", opinion="请说明用途")
    reminded = []
    for day in ("2026-03-06", "2026-03-11", "2026-03-12", "2026-03-13", DUE, "2026-03-17", "2026-03-23"):
        monkeypatch.setenv("NX_REGISTER_TODAY", day)
        before = {who: len(notices(town, who)) for who in ("applicant", "editor", "office")}
        counts = [scheduled_tasks.run_daily()["reminded"] for _ in range(2)]
        assert counts[1] == 0
        reminded.append([who for who, number in before.items() if len(notices(town, who)) > number])
    assert reminded == [[], ["applicant"], [], ["applicant"], [], ["editor"], ["office"]]
    assert DUE in notices(town, "applicant")[0] and DUE in notices(town, "editor")[0]
    assert not town.act("head", "nx_case_show", id=case["id"])["overdue"]


def test_a_third_party_is_asked_while_the_clock_stands(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply()
    town.step("editor", case, "accept")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-05")
    case = town.step("editor", case, "consult", opinion="征求景区意见")
    assert (case["clock"]["used"], case["clock"]["stopped"], case["reply_due"]) == (3, True, None)
    assert case["waits_for"] == "other"
    for who in ("applicant", "editor"):
        told = page(app, town, case, who)
        assert "其他单位答复" in told and "申请人答复" not in told and "请在" not in told
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-26")
    case = town.step("editor", case, "resume")
    # 12 working days are left; 4, 5 and 6 April are a holiday in 2026
    assert (case["clock"]["used"], case["due"], case["overdue"]) == (3, "2026-04-14", False)


def test_the_government_is_asked_while_the_clock_stands(app: Any, town: CaseSite) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)
    due = town.step("stranger", case, "dispute", opinion="请协调")["due"]
    case = town.step("office", case, "escalate", opinion="协调未果")
    assert (case["waits_for"], case["due"], case["clock"]["used"]) == ("other", due, 0)
    assert "其他单位答复" in page(app, town, case, "stranger")
    assert {"decide_share", "decide_refuse"} <= actions(town, case, "office")


@pytest.mark.parametrize(
    ("kind", "who", "action", "outcome"),
    [
        ("demand", "head", "refuse", "not_held"),
        ("correction", "editor", "reject", "correct"),
        ("reuse", "editor", "refuse", "unrelated"),
    ],
)
def test_the_department_need_not_wait_for_the_applicant(
    town: CaseSite, kind: str, who: str, action: str, outcome: str
) -> None:
    town.dataset()
    answers = {
        "demand": {"subject": "公交站点", "description": "位置"},
        "correction": {"place": "第 1 行", "present": "4A", "proposed": "5A", "evidence": "公告"},
        "reuse": {"name": "地图", "type": "application", "description": "景区地图", "authors": "马"},
    }[kind]
    about = {"dataset": "", "department": "wlt"} if kind == "demand" else {}
    case = town.apply(kind=kind, answers=answers, **about)
    town.step("editor", case, "ask", opinion="请补充")
    over = town.step(who, case, action, outcome=outcome, opinion="不需要补充也能答复")
    assert over["phase"] == "ended"
