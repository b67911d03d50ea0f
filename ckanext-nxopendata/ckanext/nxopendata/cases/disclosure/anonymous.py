"""What of a case is public: never who asked, and words of theirs only once the department has looked at them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any

from ckanext.nxopendata.cases.definitions.kind import Kind
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety.recognition.normalise import normalise
from ckanext.nxopendata.safety.recognition.rule import CLOSING
from ckanext.nxopendata.safety.recognition.text import TextRules
from ckanext.nxopendata.safety.rules.loading import built_in

PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
)
"""Identity numbers, mobile telephone numbers, e-mail addresses."""

UNSEEN = ("withdrawn", "lapsed")
"""States that a case may reach without the department having found its words fit to be shown."""


CHOSEN = ("metadata", "change", "choice", "date")
"""Types of fields whose values the site offers: no number in them is a person's."""


def mask(text: str) -> str:
    """Return a text with what points at a person replaced: what the examination of files finds in running text.

    >>> mask("请联系 13895123456 或 li@example.org")
    '请联系 *** 或 ***'
    """
    normal = normalise(text)
    spans = sorted((match.start, match.end) for match in _text_rules().find(normal, today()))
    if not spans:
        return PERSONAL.sub("***", text)
    parts, last = [], 0
    for start, end in spans:
        if start >= last:
            parts += [normal[last:start], "***"]
        last = max(last, end)
    return PERSONAL.sub("***", "".join([*parts, normal[last:]]))


@cache
def _text_rules() -> TextRules:
    """The rules that come with the software, as far as they close what they find.

    A number with the form and the check digit of a bank card or an identity number is hidden whatever words stand
    before it: people who write to a department do not say what a number is, and one too many is only not read.
    """
    closing = [rule for rule in built_in().rules.values() if rule.action in CLOSING]
    return TextRules([replace(rule, context=()) if rule.numbers and not rule.pattern else rule for rule in closing])


def was_looked_at(case: Case, kind: Kind) -> bool:
    """Return whether the department took a step that lets the words of the applicant be shown."""
    outcome = kind.outcome_by_code.get(case.outcome)
    if outcome is not None and outcome.code == "abuse":
        return False
    return case.state not in (kind.start.name, "completion", *UNSEEN)


def list_public_answers(case: Case, kind: Kind) -> dict[str, Any]:
    """Return the answers that are public, with what points at persons masked; {} before somebody looked at them.

    What still holds something that must not become public is left out.
    """
    if not was_looked_at(case, kind):
        return {}
    fields = (*kind.fields, *(field for step in kind.steps for field in step.fields))
    shown: dict[str, Any] = {}
    for field in fields:
        if not field.public or field.name not in case.answers:
            continue
        value = case.answers[field.name]
        if isinstance(value, str) and field.type not in CHOSEN:
            value = mask(value)
            if objections.find_text_objections([value]):
                continue
        shown[field.name] = value
    return shown


def to_public(case: Case, kind: Kind, public_datasets: Collection[str]) -> dict[str, Any]:
    """Return a case as the public sees it.

    Args:
        public_datasets: ids of the datasets that the public sees now; others are not named.
    """
    is_named = case.dataset_id in public_datasets
    answers = list_public_answers(case, kind)
    named = next((answers[name] for name in ("subject", "name", "need") if answers.get(name)), "")
    return {
        "number": case.number,
        "kind": case.kind,
        "title": named if not case.dataset_id else case.dataset_title if is_named else "",
        "dataset_id": case.dataset_id if is_named else "",
        "dataset_name": case.dataset_name if is_named else "",
        "owner_org": case.owner_org,
        "state": case.state,
        "phase": case.phase,
        "outcome": case.outcome,
        "received": case.received.isoformat(),
        "due": case.due.isoformat() if case.due else None,
        "answered": case.answered.isoformat() if case.answered else None,
        "in_time": None if case.answered is None else not case.answered_late,
        "answers": answers,
        "votes": case.votes,
    }
