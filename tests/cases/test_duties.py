"""Duties of a permission: due, done, violated; what a violated one closes is open again once it is done."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.nxopendata.cases.duty_reports import scheduled_tasks
from ckanext.nxopendata.cases.keys import scheduled_tasks as key_tasks
from ckanext.nxopendata.cases.keys.models import Key
from ckanext.nxopendata.core.file_access import in_flight
from ckanext.nxopendata.core.file_access.decision import decide, is_still_allowed
from ckanext.nxopendata.core.timezone import utc_now
from tests.cases.conftest import CaseSite

BEGIN = "2031-03-03"


@pytest.fixture
def granted(town: CaseSite, uploaded: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A permission for the conditional file, from 2031-03-03 to 2032-12-31."""
    monkeypatch.setenv("NX_REGISTER_TODAY", BEGIN)
    case = town.apply(answers={"ends": "2032-12-31"})
    return town.step("head", case, "approve", outcome="granted", answers={"agreed_ends": "2032-12-31"})


def show(town: CaseSite, case: dict[str, Any], who: str = "applicant") -> dict[str, Any]:
    return town.act(who, "nx_case_show", id=case["id"])


def duties(town: CaseSite, case: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["name"], one["due"], one["state"]) for one in show(town, case)["duties"]]


def test_a_violated_duty_closes_the_file_and_doing_it_opens_it(
    app: Any, town: CaseSite, uploaded: dict[str, Any], granted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"

    def code(who: str = "applicant") -> int:
        return app.get(address, headers=town.headers(who), follow_redirects=False).status_code

    assert duties(town, granted) == [("report", "2031-08-30", "due")] and code() == 200
    monkeypatch.setenv("NX_REGISTER_TODAY", "2031-08-31")
    assert duties(town, granted)[0][2] == "violated"
    assert code() == 403 and decide(uploaded["id"], "applicant").code == "duty"
    assert code("editor") == 200
    with pytest.raises(tk.NotAuthorized):
        town.act("applicant", "nx_case_use_create", id=granted["id"], resource=uploaded["id"])
    duty = show(town, granted)["duties"][0]["id"]
    for who in ("other", "editor", "head", "office"):
        with pytest.raises(tk.ObjectNotFound if who == "other" else tk.NotAuthorized):
            town.act(who, "nx_case_duty_perform", id=granted["id"], duty=duty, statement="x")
    page = app.get(f"/case/{granted['id']}", headers=town.headers("applicant")).body
    assert f"/case/{granted['id']}/duty" in page
    town.act("applicant", "nx_case_duty_perform", id=granted["id"], duty=duty, statement="用于两篇论文")
    assert code() == 200
    assert duties(town, granted) == [("report", "2031-08-30", "performed"), ("report", "2032-02-27", "due")]
    with pytest.raises(tk.ValidationError):
        town.act("applicant", "nx_case_duty_perform", id=granted["id"], duty=duty, statement="再来")


@pytest.mark.parametrize("day", ["2031-08-31", "2033-01-01"], ids=["duty violated", "expired"])
def test_what_is_being_sent_stops_when_the_permission_does(
    town: CaseSite,
    uploaded: dict[str, Any],
    granted: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    day: str,
) -> None:
    monkeypatch.setattr(in_flight, "SECONDS", 0.0)
    watched = in_flight.Watched(uploaded["id"], "applicant", rows=False, part=False, agreement="")
    pieces = in_flight.send_while(iter("abc"), lambda: is_still_allowed(watched))
    assert next(pieces) == "a"
    monkeypatch.setenv("NX_REGISTER_TODAY", day)
    with pytest.raises(in_flight.PermissionEndedError):
        list(pieces)


def test_a_duty_is_done_in_words_and_in_its_own_case(town: CaseSite, granted: dict[str, Any]) -> None:
    right = {"id": granted["id"], "duty": show(town, granted)["duties"][0]["id"], "statement": "x"}
    other = town.apply(answers={"ends": "2032-12-31"})
    for wrong in ({"statement": "  "}, {"statement": "x" * 2001}, {"statement": ["x"]}, {"duty": "x"}, {"duty": -1}):
        with pytest.raises(tk.ValidationError):
            town.act("applicant", "nx_case_duty_perform", **(right | wrong))
    for wrong in ({"id": other["id"]}, {"duty": 10**9}):
        with pytest.raises(tk.ObjectNotFound):
            town.act("applicant", "nx_case_duty_perform", **(right | wrong))


@pytest.mark.parametrize("action", ["revoke", "expire"])
def test_the_end_of_a_permission_asks_for_deletion(
    town: CaseSite, granted: dict[str, Any], monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    from ckanext.nxopendata.cases.process.scheduled_tasks import run_daily

    if action == "revoke":
        town.step("head", granted, "revoke", opinion="超出用途")
        due = "2031-04-02"
    else:
        monkeypatch.setenv("NX_REGISTER_TODAY", "2033-01-01")
        run_daily()
        due = "2033-01-31"
    assert duties(town, granted)[-1] == ("delete", due, "due") or ("delete", due, "due") in duties(town, granted)
    assert [state for name, _, state in duties(town, granted) if name == "report"] == ["void"]
    duty = next(one for one in show(town, granted)["duties"] if one["name"] == "delete")
    done = town.act("applicant", "nx_case_duty_perform", id=granted["id"], duty=duty["id"], statement="已删除")
    assert {one["state"] for one in done["duties"]} == {"void", "performed"}


def test_the_end_and_the_duties_are_reminded_of_once_a_stage(
    town: CaseSite, granted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(day: str) -> list[dict[str, int]]:
        monkeypatch.setenv("NX_REGISTER_TODAY", day)
        return [scheduled_tasks.run_duties() for _ in range(2)]

    nothing = {"ending": 0, "duties": 0}
    assert told("2031-05-01") == [nothing, nothing]
    for day in ("2031-07-30", "2031-08-20", "2031-08-29"):
        assert told(day) == [nothing | {"duties": 1}, nothing], day
    assert told("2031-09-01") == [nothing | {"duties": 1}, nothing]
    assert "2031-08-30" in town.act("editor", "nx_notice_list")[0]["text"]
    duty = show(town, granted)["duties"][0]["id"]
    town.act("applicant", "nx_case_duty_perform", id=granted["id"], duty=duty, statement="x")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2032-02-01")
    while open_ones := [one for one in show(town, granted)["duties"] if one["state"] == "due"]:
        town.act("applicant", "nx_case_duty_perform", id=granted["id"], duty=open_ones[0]["id"], statement="x")
    for day in ("2032-11-25", "2032-12-20", "2032-12-30"):
        assert told(day) == [nothing | {"ending": 1}, nothing], day
    assert "2032-12-31" in town.act("applicant", "nx_notice_list")[0]["text"]


def test_asking_anew_keeps_the_permission_until_it_is_decided(
    town: CaseSite, uploaded: dict[str, Any], granted: dict[str, Any]
) -> None:
    first = granted["agreement_id"]
    case = town.step("applicant", granted, "reopen", opinion="需要延期一年")
    assert case["phase"] == "open" and decide(uploaded["id"], "applicant").allowed
    assert town.step("head", case, "keep", opinion="理由不足")["agreement_id"] == first
    assert decide(uploaded["id"], "applicant").allowed
    case = town.step("applicant", case, "reopen", opinion="再次申请")
    for who in ("applicant", "editor"):
        with pytest.raises(tk.NotAuthorized):
            town.step(who, case, "renew", outcome="granted", answers={"agreed_ends": "2033-12-31"})
    case = town.step("head", case, "renew", outcome="granted", answers={"agreed_ends": "2033-12-31"})
    assert case["agreement_id"] != first and decide(uploaded["id"], "applicant").allowed
    states = {one["id"]: one["state"] for one in town.act("head", "nx_agreement_list", dataset="jingqu")}
    assert states == {first: "revoked", case["agreement_id"]: "active"}
    assert [one["state"] for one in case["duties"]] == ["void", "due"]
    town.step("applicant", case, "reopen", opinion="再改")
    town.step("office", case, "revoke", opinion="超出用途")
    assert not decide(uploaded["id"], "applicant").allowed


def test_keys_are_a_systems_and_rotated_without_a_gap(
    app: Any, town: CaseSite, uploaded: dict[str, Any], granted: dict[str, Any]
) -> None:
    address = f"/dataset/jingqu/resource/{uploaded['id']}/download/x"

    def code(key: dict[str, Any]) -> int:
        return app.get(address, headers={"Authorization": key["token"]}, follow_redirects=False).status_code

    old = town.act("applicant", "nx_account_key_create", system="客流分析系统")
    other = town.act("applicant", "nx_account_key_create", system="报表系统")
    with pytest.raises(tk.ValidationError):
        town.act("applicant", "nx_account_key_create", system="客流分析系统")
    for who in ("other", "head"):
        with pytest.raises((tk.ObjectNotFound, tk.NotAuthorized)):
            town.act(who, "nx_account_key_rotate", id=old["id"])
        with pytest.raises(tk.ObjectNotFound):
            town.act(who, "nx_account_key_revoke", id=old["id"])
    for wrong in ("31", "-1", "x"):
        with pytest.raises(tk.ValidationError):
            town.act("applicant", "nx_account_key_rotate", id=old["id"], days=wrong)
    new = town.act("applicant", "nx_account_key_rotate", id=old["id"], days=3)
    with pytest.raises(tk.ValidationError):
        town.act("applicant", "nx_account_key_rotate", id=old["id"])
    assert [code(one) for one in (old, new, other)] == [200, 200, 200]
    page = app.get("/account/keys", headers=town.headers("applicant")).body
    assert page.count("客流分析系统") >= 2 and new["token"] not in page and old["token"] not in page
    model.Session.execute(sa.update(Key).where(Key.id == old["id"]).values(ends=utc_now()))
    model.Session.commit()
    assert code(old) in (302, 401, 403) and [code(one) for one in (new, other)] == [200, 200]
    assert (key_tasks.run_daily(), len(town.act("applicant", "nx_account_key_list"))) == (1, 2)
    town.act("applicant", "nx_account_key_revoke", id=new["id"])
    assert code(new) in (302, 401, 403) and code(other) == 200
