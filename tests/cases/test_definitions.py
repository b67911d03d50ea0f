"""The kinds of cases as data: what is shipped holds, what does not is refused with its line, the clock is right."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.nxopendata.cases.definitions import answers, registry
from ckanext.nxopendata.cases.definitions.checker import check_text
from ckanext.nxopendata.cases.definitions.deadline import Move, count_workdays, find_standing
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, ENDED, OPEN, SYSTEM, WAITING, Field, Kind
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.core.workflow import HEAD, OFFICE

KINDS = registry.kinds()
CALENDAR = workdays.load()
TEXT = registry.read_texts()["application"]
DAY = dt.timedelta(days=1)


def test_every_kind_that_is_asked_for_is_shipped() -> None:
    assert {"application", "sharing", "demand", "correction", "objection", "reuse"} <= set(KINDS)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


BROKEN = [
    (
        "to: refused\n",
        "to: nowhere\n",
        "to: nowhere",
        "there is no state nowhere",
    ),
    (
        "from: [completion]\n",
        "from: [examined]\n",
        "{name: completion",
        "nobody can go on",
    ),
    (
        "from: [submitted, examined, completion]\n    to: refused\n    who: [head]",
        "from: [submitted, examined]\n    to: refused\n    who: [applicant]\n    when: [unanswered]",
        "when: [unanswered]\n    opinion: required\n    outcomes: [open_already",
        "unanswered holds in states with answer_within alone",
    ),
    (
        "号之{place}",
        "号",
        "letters:",
        "no two letters share one",
    ),
    (
        "号之{place}",
        "号之{place}{letter}",
        "letters:",
        "braces may hold year, serial, place alone",
    ),
    (
        "{days}个工作日",
        "{month}个工作日",
        "body: 经审查",
        "braces may hold title, number",
    ),
    (
        "      title: {zh: 数据开放申请补正告知书, en: Notice to complete}",
        "      title: {zh: 数据开放申请补正告知书}",
        "title: {zh: 数据开放申请补正告知书}",
        "title has no en",
    ),
    (
        "    letter: {title: {zh: 征求第三方意见告知书, en: Notice of consultation}}",
        "    letter: {body: '请在{until}前答复'}",
        "letter: {body: '请在{until}前答复'}",
        "until is the day of a state with answer_within",
    ),
    (
        "    who: [applicant]\n    opinion: required\n    tell: {zh: 申请人已补正",
        "    who: [applicant]\n    opinion: required\n    letter: true\n    tell: {zh: 申请人已补正",
        "letter: true",
        "a letter is written by the department or the office",
    ),
    (
        "      - name: article\n",
        "      - name: clause\n",
        "outcomes: [open_already",
        "an outcome that needs its article asks for it",
    ),
    (
        "phase: waiting, clock: answer, answer_within: 10}",
        "phase: waiting, clock: answer}",
        "{name: completion",
        "answer_within belongs to states that wait for the applicant",
    ),
    (
        "phase: waiting, clock: answer, answer_within: 10}",
        "phase: waiting, clock: answer, answer_within: 0}",
        "{name: completion",
        "whole number from 1",
    ),
    (
        "phase: waiting, clock: answer}",
        "phase: waiting, clock: answer, answer_within: 10}",
        "{name: consultation",
        "answer_within belongs to states that wait for the applicant",
    ),
    (
        "who: [system]\n    opinion: none",
        "who: [head]\n    opinion: none",
        "{name: granted",
        "no step of the system",
    ),
    (
        "to: granted\n    who: [head]",
        "to: granted\n    who: [applicant]",
        "who: [applicant]\n    opinion: optional\n    outcomes",
        "granted by the head or the office",
    ),
    (
        "outcomes: [granted, partly]",
        "outcomes: [granted, law]",
        "outcomes: [granted, law]",
        "group granted",
    ),
    (
        "name: agreed_ends",
        "name: until_day",
        "fields:\n      - name: until_day",
        "a required date agreed_ends",
    ),
    (
        "days: 15",
        "days: 0",
        "days: 0",
        "whole number from 1",
    ),
    (
        "    extension: 15\n",
        "",
        "extends: true",
        "no running clock that may be extended",
    ),
    (
        "phase: open, clock: answer}\n  - {name: examined",
        "phase: open}\n  - {name: examined",
        "{name: submitted",
        "has no clock",
    ),
    (
        "  - action: accept\n",
        "  - action: withdraw\n",
        "- action: withdraw\n    label: {zh: 撤回申请",
        "withdraw stands twice",
    ),
    (
        "title: {zh: 有条件开放数据申请, en: Application for conditional data}",
        "title: {zh: 有条件开放数据申请}",
        "title:",
        "title has no en",
    ),
    (
        "about: dataset",
        "about: dataset\nlanguage: zh",
        "language",
        "unknown key language",
    ),
    (
        "    type: uscc",
        "    type: stamp",
        "type: stamp",
        "type is stamp, not one of",
    ),
    (
        "from: [submitted, examined, completion, consultation]",
        "from: [submitted, examined, completion]",
        "{name: consultation",
        "cannot withdraw",
    ),
    (
        "{name: expired, label",
        "{name: lost, label: {zh: 丢, en: Lost}, phase: ended}\n  - {name: expired, label",
        "{name: lost",
        "lost cannot be reached",
    ),
    (
        "phase: answered, in_force: true}",
        "phase: ended, in_force: true}",
        "{name: granted",
        "granted is ended, and a step leaves it",
    ),
    (
        "summary:",
        "summary: [",
        "summary",
        "",
    ),
]
"""What is changed in the application, to what; the part at whose line the fault stands, and its reason."""


@pytest.mark.parametrize(("before", "after", "at", "reason"), BROKEN)
def test_a_definition_that_does_not_hold_is_refused_with_line_and_reason(
    before: str, after: str, at: str, reason: str
) -> None:
    broken = TEXT.replace(before, after, 1)
    assert broken != TEXT
    _, faults = check_text(broken, "application")
    told = [(fault.line, fault.reason) for fault in faults]
    line = line_of(broken, at)
    assert any(reason in text and (not reason or abs(number - line) <= 1) for number, text in told), told


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.waits_for_applicant("completion")])
def test_a_wait_that_the_applicant_alone_can_end_is_refused(name: str) -> None:
    text = registry.read_texts()[name]
    lapse = text.index("  - action: lapse\n")
    broken = text[:lapse] + text[text.index("  - action: withdraw\n") :]
    broken = broken.replace(", completion", "", broken.count(", completion") - 1)  # the applicant's withdrawal stays
    faults = check_text(broken, name)[1]
    at = line_of(broken, "{name: completion")
    assert any(fault.line == at and "a silent applicant blocks the case" in fault.reason for fault in faults), faults


def test_whoever_answers_finds_common_words_in_both_languages() -> None:
    answering = {"ask", "refuse", "reject", "fix", "answer"}
    for kind in KINDS.values():
        for step in kind.steps:
            if step.action in answering and (kind.name, step.action) != ("message", "refuse"):
                assert step.phrases, (kind.name, step.action)
                assert all(phrase["zh"] and phrase["en"] for phrase in step.phrases)


def test_a_definition_that_is_no_mapping_is_refused() -> None:
    for text in ("", "- a\n", "a: b: c", "x"):
        assert check_text(text, "broken")[1]


@st.composite
def walks(draw: st.DrawFn) -> tuple[Kind, list[tuple[str, Move]]]:
    """A case of any kind, moved by any steps that its definition allows, with days between them."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    day = dt.date(2026, 1, 5) + draw(st.integers(0, 400)) * DAY
    moves = [("", Move(day, kind.start.name))]
    extended = False
    for _ in range(draw(st.integers(0, 12))):
        state = moves[-1][1].state
        steps = [step for step in kind.steps if state in step.sources and not (step.extends and extended)]
        if not steps:
            break
        step = draw(st.sampled_from(steps))
        extended |= step.extends
        day += draw(st.integers(0, 30)) * DAY
        moves.append((step.action, Move(day, step.target, step.extends)))
    return kind, moves


@given(walks())
@settings(max_examples=400, deadline=None)
def test_a_clock_never_goes_back_and_counts_working_days_alone(walk: tuple[Kind, list[tuple[str, Move]]]) -> None:
    kind, steps = walk
    moves = [move for _, move in steps]
    before = find_standing(kind, moves[:1], CALENDAR)
    for number in range(2, len(moves) + 1):
        after = find_standing(kind, moves[:number], CALENDAR)
        if after.clock and after.clock == before.clock and before.due and after.due:
            assert after.due >= before.due or after.used > after.limit
            assert after.used >= before.used
        assert bool(after.clock) == (kind.state_by_name[moves[number - 1].state].phase in (OPEN, WAITING))
        if after.due and after.used < after.limit and not after.stopped:
            assert CALENDAR.is_workday(after.due)
            left = count_workdays(CALENDAR, moves[number - 1].day, after.due)
            assert left == after.limit - after.used
        before = after


@given(walks())
@settings(max_examples=400, deadline=None)
def test_nothing_takes_effect_without_a_decision(walk: tuple[Kind, list[tuple[str, Move]]]) -> None:
    kind, steps = walk
    was_in_force = was_suspended = False
    for action, move in steps:
        state = kind.state_by_name[move.state]
        roles = set(kind.step(action).roles) if action else set[str]()
        if state.in_force and not was_in_force:
            assert roles <= {HEAD, OFFICE} and roles
        if state.suspends and not was_suspended:
            assert not roles & {APPLICANT, SYSTEM} and roles
        was_in_force, was_suspended = state.in_force, state.suspends
    assert kind.state_by_name[steps[-1][1].state].phase != ENDED or not was_in_force


def test_a_case_received_on_friday_is_due_after_the_holiday() -> None:
    # 2026-09-30 is a Wednesday; 10-01 to 10-07 are free, 10-10 (a Saturday) is worked.
    kind = KINDS["correction"]
    standing = find_standing(kind, [Move(dt.date(2026, 9, 30), "submitted")], CALENDAR)
    assert standing.due and count_workdays(CALENDAR, dt.date(2026, 9, 30), standing.due) == 10
    assert standing.due > dt.date(2026, 10, 14)
    assert standing.limit == 10 and not standing.stopped


def test_the_clock_stands_while_the_applicant_completes_and_is_extended_once() -> None:
    kind = KINDS["application"]
    monday = dt.date(2026, 3, 2)
    asked = [Move(monday, "submitted"), Move(monday + 2 * DAY, "completion")]
    stopped = find_standing(kind, asked, CALENDAR)
    assert (stopped.stopped, stopped.used, stopped.limit) == (True, 2, 15)
    back = find_standing(kind, [*asked, Move(monday + 30 * DAY, "examined")], CALENDAR)
    assert back.due and count_workdays(CALENDAR, monday + 30 * DAY, back.due) == 13
    moves = [*asked, Move(monday + 30 * DAY, "examined"), Move(monday + 31 * DAY, "examined", extends=True)]
    longer = find_standing(kind, moves, CALENDAR)
    assert (longer.limit, longer.extended) == (30, True)
    assert find_standing(kind, [*moves, Move(monday + 32 * DAY, "examined", extends=True)], CALENDAR).limit == 30


def test_who_is_asked_has_working_days_of_their_own_to_answer() -> None:
    kind = KINDS["objection"]
    asked = dt.date(2026, 9, 30)  # 10-01 to 10-07 are free
    moves = [Move(asked - DAY, "submitted"), Move(asked - DAY, "suspended"), Move(asked, "completion")]
    standing = find_standing(kind, moves, CALENDAR)
    assert standing.reply_due and count_workdays(CALENDAR, asked, standing.reply_due) == 10
    assert standing.reply_due > dt.date(2026, 10, 14)
    assert find_standing(kind, [*moves, Move(asked + DAY, "suspended")], CALENDAR).reply_due is None


def test_a_third_party_that_is_asked_stops_the_clock_without_a_day_to_answer() -> None:
    kind = KINDS["application"]
    monday = dt.date(2026, 3, 2)
    asked = [Move(monday, "submitted"), Move(monday, "examined"), Move(monday + 3 * DAY, "consultation")]
    stopped = find_standing(kind, asked, CALENDAR)
    assert (stopped.stopped, stopped.used, stopped.reply_due) == (True, 3, None)
    back = find_standing(kind, [*asked, Move(monday + 24 * DAY, "examined")], CALENDAR)
    assert (back.stopped, back.used, back.limit) == (False, 3, 15)
    assert back.due and count_workdays(CALENDAR, monday + 24 * DAY, back.due) == 12


@given(
    st.sampled_from([field for kind in KINDS.values() for field in kind.fields]),
    st.one_of(
        st.none(), st.text(), st.integers(), st.booleans(), st.lists(st.text()), st.dictionaries(st.text(), st.text())
    ),
)
@settings(max_examples=500, deadline=None)
def test_whatever_is_answered_becomes_an_answer_or_a_problem(field: Field, value: object) -> None:
    found, problems = answers.read_answers([field], {field.name: value}, dt.date(2026, 1, 1))
    assert not (found and problems)
    if field.required:
        assert found or problems
