"""A demand is planned for a quarter, which everybody reads, and of which the department is reminded when it is over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.process import scheduled_tasks
from tests.cases.conftest import CaseSite


def plan(town: CaseSite, when: Any) -> dict[str, Any]:
    answers = {"subject": "公交线路", "description": "站点"}
    case = town.apply(kind="demand", dataset="", department="wlt", answers=answers)
    return town.step("head", case, "plan", outcome="planned", answers={"planned_for": when})


@pytest.mark.parametrize("written", ["2031Q3", "2031-q3", "2031年三季度", "2031 年第3季度", "２０３１Ｑ３"])
def test_a_quarter_is_kept_as_one_code_however_it_is_written(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-09-30")
    assert plan(town, written)["answers"]["planned_for"] == "2031Q3"


@pytest.mark.parametrize("wrong", ["2031Q2", "2031Q5", "2031", "明年", "2031Q33", "x" * 3000, ["2031Q3"], "", "\0"])
def test_what_is_no_quarter_or_is_over_is_refused(town: CaseSite, monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-07-01")
    with pytest.raises(tk.ValidationError) as refused:
        plan(town, wrong)
    assert set(refused.value.error_dict) == {"planned_for"}


def test_a_plan_is_chosen_of_a_list_and_read_by_everybody(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2030-11-30")
    answers = {"subject": "公交线路", "description": "站点"}
    case = town.apply(kind="demand", dataset="", department="wlt", answers=answers)
    page = app.get(f"/case/{case['id']}", headers=town.headers("head")).body
    offered = re.findall(r'<option value="(20\d\dQ\d)"[^>]*>([^<]+)<', page)
    assert offered[:2] == [("2030Q4", "2030 年四季度"), ("2031Q1", "2031 年一季度")] and len(offered) == 12
    data = {"action": "plan", "version": case["version"], "outcome": "planned", "planned_for": "2031Q1"}
    app.post(f"/case/{case['id']}/step", data=data, headers=town.headers("head"), follow_redirects=False)
    assert "计划 2031 年一季度开放" in app.get("/demands").body
    assert "first quarter of 2031" in app.get("/en/demands").body
    assert "2031 年一季度" in app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body


def test_those_who_planned_are_reminded_when_the_quarter_is_over(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-01-10")
    town.dataset(nx_open_condition="", license_id="nx-open-1.0")
    late, done = plan(town, "2031Q1"), plan(town, "2031Q1")
    plan(town, "2031Q2")
    town.step("editor", done, "fulfil", outcome="fulfilled", answers={"fulfilled_by": "jingqu"})
    counts = []
    for day in ("2031-03-31", "2031-04-01", "2031-04-02", "2031-04-30", "2031-05-01"):
        monkeypatch.setenv("NX_REGISTER_TODAY", day)
        counts.append(scheduled_tasks.run_daily()["reminded"])
    assert counts == [0, 1, 0, 1, 0]
    for who in ("editor", "head", "office"):
        texts = [one["text"] for one in town.act(who, "nx_notice_list")]
        assert sum(late["number"] in text and "2031-03-31" in text for text in texts) == 2, who
    assert not any("2031-03-31" in one["text"] for one in town.act("applicant", "nx_notice_list"))
