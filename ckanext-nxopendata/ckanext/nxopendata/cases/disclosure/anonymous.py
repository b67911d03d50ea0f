"""What of a case is public: never who asked, and words of theirs only once the department has looked at them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from ckanext.nxopendata.cases.definitions.kind import Kind
from ckanext.nxopendata.cases.models import Case

PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9]\d{16}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
)
"""Identity numbers, mobile telephone numbers, e-mail addresses."""

UNSEEN = ("withdrawn",)
"""States that are reached without the department having looked."""


def mask(text: str) -> str:
    """Return a text with what points at a person replaced.

    >>> mask("请联系 13895123456 或 li@example.org")
    '请联系 *** 或 ***'
    """
    return PERSONAL.sub("***", text)


def was_looked_at(case: Case, kind: Kind) -> bool:
    """Return whether the department took a step that lets the words of the applicant be shown."""
    outcome = kind.outcome_by_code.get(case.outcome)
    if outcome is not None and outcome.code == "abuse":
        return False
    return case.state not in (kind.start.name, "completion", *UNSEEN)


def list_public_answers(case: Case, kind: Kind) -> dict[str, Any]:
    """Return the answers that are public, with what points at persons masked; {} before somebody looked at them."""
    if not was_looked_at(case, kind):
        return {}
    fields = (*kind.fields, *(field for step in kind.steps for field in step.fields))
    shown = {field.name: case.answers[field.name] for field in fields if field.public and field.name in case.answers}
    return {name: mask(value) if isinstance(value, str) else value for name, value in shown.items()}


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
        "in_time": None if case.answered_late is None else not case.answered_late,
        "answers": answers,
        "votes": case.votes,
    }
