"""Letters as their kinds define them: which steps have one, what it is called, says and is numbered."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import docx
import pytest

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.letters import numbers
from ckanext.nxopendata.cases.process import moves
from ckanext.nxopendata.core import departments
from tests.cases.conftest import CaseSite
from tests.cases.test_waits import OBJECTION, SHARING
from tests.doors.site import OFFICE


def read(app: Any, town: CaseSite, case: dict[str, Any], place: int, who: str = "applicant") -> str:
    """The text of a letter, as Word has it."""
    client = app.flask_app.test_client()
    word = client.get(f"/case/{case['id']}/letter-{place}.docx", headers=town.headers(who))
    assert word.status_code == 200
    return "\n".join(one.text for one in docx.Document(io.BytesIO(word.data)).paragraphs)


def test_an_acceptance_without_words_has_its_letter(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    town.dataset()
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-02")
    case = town.apply()
    town.step("editor", case, "accept")
    town.step("editor", case, "ask", opinion="请说明用途")
    serial = case["number"].partition("-")[2]
    accepted, asked = (read(app, town, case, place) for place in (1, 2))
    assert accepted.startswith("数据开放申请受理通知书") and "15个工作日" in accepted
    assert f"数据开放告知〔2026〕{serial}号之1" in accepted and "文旅厅" in accepted
    assert asked.startswith("数据开放申请补正告知书") and "号之2" in asked
    assert "2026年3月16日前" in asked and "请说明用途" in asked
    page = app.get(f"/case/{case['id']}", headers=town.headers("applicant")).body
    assert "数据开放申请受理通知书" in page
    english = app.get(f"/en/case/{case['id']}", headers=town.headers("applicant")).body
    assert "Notice of acceptance" in english


def test_steps_of_the_applicant_and_of_the_clock_have_none(town: CaseSite) -> None:
    town.dataset()
    case = town.apply()
    town.step("editor", case, "ask", opinion="请说明用途")
    town.step("applicant", case, "complete", opinion="用于论文")
    after = town.step("applicant", case, "withdraw", opinion="不需要了")
    assert [event["letter"] for event in after["events"]] == [0, 1, 0, 0]


def test_each_kind_numbers_its_letters_by_its_own_words(app: Any, town: CaseSite) -> None:
    town.dataset()
    case = town.apply(kind="objection", answers=OBJECTION)
    town.step("editor", case, "accept")
    letter = read(app, town, case, 1)
    assert "数据权益申诉告知〔" in letter and letter.startswith("权益申诉受理通知书") and "停止提供" in letter
    closed = town.apply()
    town.step("head", closed, "refuse", outcome="not_held", opinion="没有此数据")
    assert "数据不予开放决定书" in read(app, town, closed, 1) and "行政复议" in read(app, town, closed, 1)


def test_words_in_braces_of_a_case_are_no_words_of_the_letter(app: Any, town: CaseSite) -> None:
    demand = {"subject": "{number}与{0.__class__}", "description": "位置"}
    case = town.apply(kind="demand", dataset="", department="wlt", answers=demand)
    town.step("editor", case, "accept", opinion="{days}")
    letter = read(app, town, case, 1)
    assert "{number}与{0.__class__}" in letter and "{days}" in letter


def test_a_letter_keeps_its_number_when_the_definition_of_the_kind_changes(town: CaseSite) -> None:
    demand = {"subject": "公交站点", "description": "位置"}
    case = town.apply(kind="demand", dataset="", department="wlt", answers=demand)
    town.step("editor", case, "accept")
    town.step("editor", case, "ask", opinion="请写明年份")
    kind, events = registry.kinds()["demand"], moves.list_events(case["id"])
    steps = tuple(replace(step, letter=None) if step.action == "accept" else step for step in kind.steps)
    assert numbers.number_letters(events, kind) == [0, 1, 2]
    assert numbers.number_letters(events, replace(kind, steps=steps)) == [0, 1, 2]


def test_a_letter_keeps_who_signed_it_and_its_day(app: Any, town: CaseSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NX_REGISTER_TODAY", "2026-03-02")
    demand = {"subject": "公交站点", "description": "位置"}
    case = town.apply(kind="demand", dataset="", department="wlt", answers=demand)
    asked = town.step("editor", case, "ask", opinion="请写明年份")
    event = asked["events"][-1]["detail"]
    assert (event["signer"], event["until"]) == ("文旅厅", asked["reply_due"])
    town.step("applicant", case, "complete", opinion="2025 年")
    version = town.act("head", "nx_case_show", id=case["id"])["version"]
    town.act("head", "nx_case_forward", id=case["id"], version=version, department="tjj", opinion="统计局的数据")
    letter = read(app, town, case, 1)
    assert "文旅厅" in letter and "2026年3月16日前" in letter


def test_the_office_signs_its_own_letters(app: Any, town: CaseSite) -> None:
    town.dataset("neibu", nx_share_type="2", nx_share_condition="仅限审核")
    case = town.apply("stranger", kind="sharing", dataset="neibu", answers=SHARING)
    town.step("office", case, "feasible")
    town.step("editor", case, "ask", opinion="请写明依据")
    office, provider = (read(app, town, case, place, "stranger") for place in (1, 2))
    assert office.rstrip().splitlines()[-1].startswith(departments.title(OFFICE, "zh_Hans_CN"))
    assert provider.rstrip().splitlines()[-1].startswith("文旅厅")
