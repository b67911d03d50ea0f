"""Votes for demands: one an account with a confirmed address, however many demands are merged."""

from __future__ import annotations

import runpy
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

import ckanext.nxopendata.migration
from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.models import Case, Vote
from tests.cases.conftest import CaseSite, find_user

VERSIONS = Path(ckanext.nxopendata.migration.__path__[0]) / "nxopendata_cases" / "versions"


@pytest.fixture
def crowd(town: CaseSite) -> list[str]:
    """Readers with a confirmed address."""
    names = ["reader-a", "reader-b", "reader-c"]
    for name in names:
        model.Session.add(model.User(name=name, email=f"{name}@example.org"))
    model.Session.flush()
    for name in names:
        assurance.confirm(find_user(name))
    model.Session.commit()
    return names


def ask(town: CaseSite, who: str, subject: str = "公交线路") -> dict[str, Any]:
    answers = {"subject": subject, "description": "站点"}
    return town.step("head", town.apply(who, "demand", dataset="", department="wlt", answers=answers), "accept")


def vote(town: CaseSite, who: str, case: dict[str, Any]) -> int:
    return town.act(who, "nx_case_vote_create", number=case["number"])["votes"]


def merge(town: CaseSite, case: dict[str, Any], into: dict[str, Any]) -> dict[str, Any]:
    return town.step("head", case, "merge", outcome="merged", answers={"merged_into": into["number"].lower()})


def count_votes(town: CaseSite, case: dict[str, Any]) -> int:
    model.Session.expire_all()
    return town.act("head", "nx_case_show", id=case["id"])["votes"]


def test_who_supported_both_demands_counts_once_after_they_are_merged(town: CaseSite, crowd: list[str]) -> None:
    target, other, third = ask(town, "applicant"), ask(town, "other"), ask(town, "reader-c", "公交站点")
    for who in crowd[:2]:
        vote(town, who, target)
        vote(town, who, other)
    vote(town, "applicant", other)  # who asked for the target supports it anyway
    merge(town, other, target)
    assert count_votes(town, target) == 3  # two readers, and who asked for the other
    assert count_votes(town, other) == 0
    assert vote(town, "other", target) == vote(town, "reader-a", target) == 3
    merge(town, target, third)
    assert count_votes(town, third) == 4  # the three, and who asked for the target
    shown = town.act("applicant", "nx_case_show", id=target["id"])
    assert shown["answers"]["merged_into"] == third["number"]


def test_those_whose_demands_were_merged_hear_what_becomes_of_them(app: Any, town: CaseSite, crowd: list[str]) -> None:
    first, second, third = ask(town, "other"), ask(town, "reader-a"), ask(town, "applicant")
    merge(town, first, second)
    merge(town, second, third)
    town.dataset(nx_open_condition="", license_id="nx-open-1.0")
    town.step("editor", third, "fulfil", outcome="fulfilled", answers={"fulfilled_by": "jingqu"})
    for who, case in (("other", first), ("reader-a", second)):
        notice = town.act(who, "nx_notice_list")[0]
        assert third["number"] in notice["text"] and case["number"] in notice["text"]
        assert "已经开放" in notice["text"] and f"/case/{case['id']}" in str(notice)


def test_a_vote_needs_a_confirmed_address(app: Any, town: CaseSite) -> None:
    case = ask(town, "applicant")
    model.Session.add(model.User(name="nobody-knows", email="nobody@example.org"))
    model.Session.commit()
    with pytest.raises(tk.NotAuthorized, match=r"邮箱|e-mail"):
        vote(town, "nobody-knows", case)
    assert vote(town, "editor", case) == 1  # the accounts of departments are made by the office


def test_two_demands_that_are_merged_into_each_other_at_once_do_not_wait_for_ever(app: Any, town: CaseSite) -> None:
    first, second = ask(town, "applicant"), ask(town, "other")
    codes: list[int] = []
    headers = town.headers("head") | {"Content-Type": "application/json"}

    def send(case: dict[str, Any], into: dict[str, Any]) -> None:
        answers = {"merged_into": into["number"]}
        body = {"id": case["id"], "version": case["version"], "action": "merge", "outcome": "merged"}
        client = app.flask_app.test_client()
        answer = client.post("/api/3/action/nx_case_advance", json=body | {"answers": answers}, headers=headers)
        codes.append(answer.status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(codes) == [200, 409]
    model.Session.expire_all()
    states = {town.act("head", "nx_case_show", id=one["id"])["state"] for one in (first, second)}
    assert states == {"merged", "assessed"}


def test_votes_of_demands_that_were_merged_before_become_rows(town: CaseSite, crowd: list[str]) -> None:
    first, second, third = ask(town, "other"), ask(town, "reader-a"), ask(town, "applicant")
    for case, into in ((first, second), (second, third)):
        row = model.Session.get_one(Case, case["id"])
        row.state, row.phase, row.answers = "merged", "ended", {**row.answers, "merged_into": into["number"]}
    for case in (first, third):
        model.Session.add(Vote(case_id=case["id"], user_id=find_user("reader-b").id))
    model.Session.get_one(Case, third["id"]).votes = 9
    model.Session.flush()
    steps = runpy.run_path(str(VERSIONS / "c8f2a5b96d31_merged_votes.py"))
    for name in ("LAST", "MOVE", "CLEAR", "COUNT"):
        model.Session.execute(sa.text(steps[name]))
    model.Session.commit()
    assert [count_votes(town, one) for one in (first, second, third)] == [0, 0, 3]


def test_a_demand_that_others_support_neither_lapses_nor_is_withdrawn(
    app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-02")
    target, other, alone = ask(town, "applicant"), ask(town, "other"), ask(town, "applicant", "气象站点")
    merge(town, other, target)
    for case in (target, alone):
        town.step("editor", case, "ask", opinion="请写明年份")
    with pytest.raises(tk.ValidationError, match=r"别人|Others support"):
        town.step("applicant", target, "withdraw")
    with pytest.raises(tk.ValidationError):
        town.step("head", target, "go_on")  # the applicant still has time
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-17")
    with pytest.raises(tk.ValidationError, match=r"别人|Others support"):
        town.step("head", target, "lapse", outcome="lapsed", opinion="没有补充")
    steps = {one["action"] for one in town.act("head", "nx_case_show", id=target["id"])["steps"]}
    assert "go_on" in steps and "lapse" not in steps
    assert town.step("editor", target, "go_on")["state"] == "assessed"
    assert town.step("head", alone, "lapse", outcome="lapsed", opinion="没有补充")["state"] == "lapsed"
    withdrawn = ask(town, "applicant", "景区厕所")
    assert town.step("applicant", withdrawn, "withdraw")["state"] == "withdrawn"
