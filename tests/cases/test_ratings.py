"""Who applied says how content they are with the answer; the mean is public, and counts in evaluation and reports."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.register.evaluation import facts
from ckanext.nxopendata.register.reports import collection
from tests.cases.conftest import CaseSite


def rate(town: CaseSite, who: str, case: dict[str, Any], rating: Any) -> dict[str, Any]:
    return town.act(who, "nx_case_rate", id=case["id"], rating=rating)


def refuse(town: CaseSite, case: dict[str, Any]) -> dict[str, Any]:
    return town.step(
        "head", case, "refuse", outcome="law", answers={"article": "《数据安全法》第二十一条"}, opinion="依法不予开放"
    )


def test_an_answer_is_rated_by_who_applied_and_by_nobody_else(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    with pytest.raises(tk.ValidationError, match="rating"):
        rate(town, "applicant", case, 5)  # no answer yet
    refuse(town, case)
    for who in ("head", "office", ""):
        with pytest.raises(tk.NotAuthorized):
            rate(town, who, case, 1)
    with pytest.raises(tk.ObjectNotFound):
        rate(town, "other", case, 1)
    for wrong in (0, 6, -1, "", None, "五", 2.5, True, [3], "٣"):
        with pytest.raises(tk.ValidationError):
            rate(town, "applicant", case, wrong)
    shown = rate(town, "applicant", case, "2")
    assert (shown["rating"], shown["events"][-1]["action"]) == (2, "rate")
    assert town.act("head", "nx_case_show", id=case["id"])["rating"] == 2
    withdrawn = town.step("applicant", town.apply(), "withdraw")
    assert not withdrawn["may_rate"]


def test_who_answers_for_the_department_rates_none_of_its_answers(town: CaseSite) -> None:
    town.dataset()
    case = refuse(town, town.apply("editor"))
    with pytest.raises(tk.NotAuthorized, match=r"answering|办理"):
        rate(town, "editor", case, 5)
    shown = town.act("editor", "nx_case_show", id=case["id"])
    assert (shown["may_rate"], shown["rating"]) == (False, None)


def test_a_rating_is_changed_for_thirty_days(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-03")
    town.dataset()
    case = refuse(town, town.apply(answers={"ends": "2032-01-01"}))
    rate(town, "applicant", case, 1)
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-04-02")
    assert rate(town, "applicant", case, 4)["rated"] == "2031-03-03"
    same = rate(town, "applicant", case, 4)
    assert [one["action"] for one in same["events"]].count("rate") == 2  # saying the same again says nothing new
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-04-03")
    with pytest.raises(tk.ValidationError, match="30"):
        rate(town, "applicant", case, 5)
    assert not town.act("applicant", "nx_case_show", id=case["id"])["may_rate"]


def test_the_page_takes_a_rating_and_the_register_shows_the_mean_alone(app: Any, town: CaseSite) -> None:
    town.dataset()
    cases = [refuse(town, town.apply(who)) for who in ("applicant", "other")]
    page = f"/case/{cases[0]['id']}"
    form = app.get(page, headers=town.headers("applicant")).body
    assert re.findall(r'name="rating" value="(\d)"', form) == ["5", "4", "3", "2", "1"]
    assert 'name="rating"' not in app.get(page, headers=town.headers("head")).body
    missing = app.post(f"{page}/rating", data={}, headers=town.headers("applicant"), follow_redirects=False)
    assert missing.status_code == 200 and "nx-field-error" in missing.body
    sent = app.post(f"{page}/rating", data={"rating": "4"}, headers=town.headers("applicant"), follow_redirects=False)
    assert sent.status_code == 302
    model.Session.expire_all()
    rate(town, "other", cases[1], 1)
    shown = app.get(page, headers=town.headers("head")).body
    assert "4 · 满意" in shown
    figures = json.loads(app.get("/cases.json").body)
    (row,) = (one for one in figures["figures"]["departments"] if one["kind"] == "application")
    assert (row["ratings"], row["satisfaction"]) == (2, 2.5)
    assert not any("rating" in one for one in figures["results"])
    assert re.search(r"2\.5\s*<span[^>]*>2 ", app.get("/en/cases").body)


def test_evaluation_and_reports_count_who_is_satisfied(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-03-03")
    town.dataset()
    for rating in (5, 4, 2, None):
        case = refuse(town, town.apply(answers={"ends": "2032-01-01"}))
        if rating:
            rate(town, "applicant", case, rating)
    day = dt.date(2031, 12, 31)
    found = facts.collect([town.department], 2031, day)[town.department]["satisfied"]
    assert (found.numerator, found.denominator) == (2, 3)
    assert [(one.reason, dict(one.params)) for one in found.lost] == [("not_satisfied", {"rating": 2})]
    counted = collection.count_figures(town.department, day)
    assert (counted["cases"], counted["cases_rated"], counted["cases_satisfied"]) == (4, 3, 2)
