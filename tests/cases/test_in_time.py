"""Whether a case was answered in time: each time limit that it had counts, not the last one alone."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.nxopendata.core import caching
from tests.cases.conftest import CaseSite
from tests.cases.test_waits import OBJECTION, SHARING

MONDAY, LATE = "2026-03-02", "2026-04-27"


def in_time(town: CaseSite, kind: str) -> tuple[Any, int, int]:
    """What the register says of the one case of a kind, and the figures: answered, and in time."""
    caching.clear_process()
    row = town.act("", "nx_case_public_list", kind=kind)["results"][0]
    figures = town.act("", "nx_case_figures")["departments"]
    counted = next(one for one in figures if one["kind"] == kind)
    return row["in_time"], counted["answered"], counted["in_time"]


def test_a_late_approval_is_late_however_soon_the_data_comes(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)
    monkeypatch.setenv("NX_REGISTER_TODAY", LATE)
    town.step("office", case, "feasible")
    approved = town.step("head", case, "approve", outcome="agreed")
    assert not approved["overdue"] and in_time(town, "sharing") == (None, 0, 0)
    town.step("editor", case, "provide", opinion="已提供")
    assert in_time(town, "sharing") == (False, 1, 0)


def test_an_objection_that_was_accepted_late_is_late(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply(kind="objection", answers=OBJECTION)
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-06")
    town.step("editor", case, "accept")
    town.step("head", case, "restore", outcome="unfounded", opinion="是公开的办公电话")
    assert in_time(town, "objection") == (False, 1, 0)


def test_days_that_were_used_up_before_the_applicant_was_asked_stay_used(
    town: CaseSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply()
    monkeypatch.setenv("NX_REGISTER_TODAY", LATE)
    town.step("editor", case, "ask", opinion="请说明用途")
    town.step("head", case, "refuse", outcome="not_held", opinion="没有此数据")
    assert in_time(town, "application") == (False, 1, 0)


def test_both_limits_kept_is_in_time(town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    monkeypatch.setenv("NX_REGISTER_TODAY", MONDAY)
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-13")
    town.step("office", case, "feasible")
    town.step("head", case, "approve", outcome="agreed")
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-31")
    town.step("editor", case, "provide", opinion="已提供")
    assert in_time(town, "sharing") == (True, 1, 1)
