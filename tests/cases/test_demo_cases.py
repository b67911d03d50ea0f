"""The cases of the demonstration hold against the kinds: each step exists where the case stands, with what it asks for.

Needs no services: whoever changes a kind learns here what the demonstration does with it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.nxopendata.cases.definitions import answers, registry
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, SYSTEM
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

FILE = Path(__file__).parents[2] / "deployment" / "demo-data" / "cases.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
KINDS = registry.kinds()
TODAY = dt.date(2026, 11, 30)

WORTH_SEEING = {
    "application": {
        "submitted",
        "examined",
        "consultation",
        "granted",
        "reopened",
        "refused",
        "revoked",
        "expired",
        "lapsed",
    },
    "sharing": {"provided", "analysing", "disputed", "escalated", "providing", "used", "refused"},
    "demand": {"assessed", "planned", "fulfilled", "refused", "merged"},
    "correction": {"submitted", "forwarded", "completion", "fixed", "correct"},
    "objection": {"suspended", "treated", "restored", "removed"},
    "reuse": {"submitted", "shown", "hidden", "refused"},
    "message": {"waiting", "answered", "refused"},
}
"""The states of each kind that the demonstration shows."""


def in_days(given: dict[str, Any]) -> dict[str, Any]:
    """Answers as the loader fills them in."""
    filled = dict(given)
    for name in ("ends", "agreed_ends"):
        if name in filled:
            filled[name] = (TODAY + dt.timedelta(days=filled[name])).isoformat()
    if "planned_for" in filled:
        filled["planned_for"] = "2027Q1"
    return filled


def walk(case: dict[str, Any]) -> str:
    """Take the steps of a case by its definition; return the state in which it ends."""
    kind = KINDS[case["kind"]]
    assert not answers.read_answers(kind.fields, in_days(case["answers"]), TODAY)[1], case["key"]
    state = kind.start.name
    if case["key"] == "demo-sharing-unconditional":  # the system answers at once
        state = kind.step("share_at_once").target
    for taken in case.get("steps", ()):
        if taken.get("ended"):
            state = next(one.target for one in kind.steps if SYSTEM in one.roles and state in one.sources)
        if "action" not in taken:
            continue
        step = kind.step(taken["action"])
        told = (case["key"], taken["action"], state)
        assert state in step.sources, told
        own = {"office": {OFFICE}, "wlt": {EDITOR}, "wlt-head": {HEAD, EDITOR}}.get(taken["by"], {APPLICANT})
        assert set(step.roles) & own, told
        given, wrong = answers.read_answers(step.fields, in_days(taken.get("answers", {})), TODAY)
        assert not wrong, (told, wrong)
        assert taken.get("outcome") in step.outcomes or not step.outcomes, told
        assert taken.get("opinion") or step.opinion != "required", told
        outcome = kind.outcome_by_code.get(taken.get("outcome", ""))
        if outcome is not None and outcome.needs_article:
            assert answers.check_article(given.get("article", "")) is None, told
        state = step.target
    return state


@pytest.mark.parametrize("case", CASES, ids=[case["key"] for case in CASES])
def test_a_case_of_the_demonstration_can_be_walked(case: dict[str, Any]) -> None:
    assert walk(case) in KINDS[case["kind"]].state_by_name


def test_the_demonstration_shows_each_state_worth_seeing() -> None:
    shown: dict[str, set[str]] = {}
    for case in CASES:
        shown.setdefault(case["kind"], set()).add(walk(case))
    missing = {name: states - shown.get(name, set()) for name, states in WORTH_SEEING.items()}
    assert not any(missing.values()), missing
    assert set(WORTH_SEEING) == set(KINDS)
    granted = [step for case in CASES for step in case.get("steps", ()) if step.get("answers", {}).get("agreed_rows")]
    assert any(step["answers"].get("agreed_columns") for step in granted)
    assert len({case["key"] for case in CASES}) == len(CASES)
