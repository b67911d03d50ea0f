"""What of a case is public: never who asked, and words of theirs only once the department has looked at them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from ckanext.nxopendata.cases.definitions.kind import Field, Kind
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

NAMING = ("subject", "name", "need")
"""Fields whose answer names a case, the first that is there."""

UNSEEN = ("withdrawn", "lapsed")
"""States that a case may reach without the department having found its words fit to be shown."""


CHOSEN = ("metadata", "change", "choice", "date", "quarter", "department")
"""Types of fields whose values the site offers: no number in them is a person's."""


@lru_cache(maxsize=20_000)
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


def list_fields(kind: Kind) -> tuple[Field, ...]:
    """Return the questions of a kind: of its form, then of its steps."""
    return (*kind.fields, *(field for step in kind.steps for field in step.fields))


def list_public_answers(case: Case, kind: Kind, only: Collection[str] = ()) -> dict[str, Any]:
    """Return the answers that are public, with what points at persons masked; {} before somebody looked at them.

    What still holds something that must not become public is left out.

    Args:
        only: names of the fields that are wanted; all by default.
    """
    if not was_looked_at(case, kind):
        return {}
    shown: dict[str, Any] = {}
    for field in list_fields(kind):
        if not field.public or field.name not in case.answers or (only and field.name not in only):
            continue
        value = case.answers[field.name]
        if isinstance(value, str) and field.type not in CHOSEN:
            value = mask(value)
            if objections.find_text_objections([value]):
                continue
        shown[field.name] = value
    return shown


def find_name(answers: Mapping[str, Any]) -> str:
    """Return the answer that names a case, of those that are shown; "" for none."""
    return next((answers[name] for name in NAMING if answers.get(name)), "")


def find_shown_name(case: Case, kind: Kind) -> str:
    """Return the answer that names a case as the public reads it; "" where none is shown."""
    return find_name(list_public_answers(case, kind, NAMING))


def is_found(words: str, case: Case, kind: Kind, *, is_named: bool) -> bool:
    """Return whether words stand in what the public sees of the title of a case, or of its dataset's.

    Only that is searched: what is masked could be guessed digit by digit otherwise.
    """
    texts = [find_shown_name(case, kind), case.dataset_title if is_named else ""]
    return any(words.casefold() in text.casefold() for text in texts)


def list_references(case: Case, kind: Kind) -> list[str]:
    """Return the datasets that the public answers of a case name, by id or name."""
    found: list[str] = []
    for field in list_fields(kind):
        value = case.answers.get(field.name)
        if field.type == "datasets" or (field.public and field.type == "dataset"):  # what was made with several says so
            found += [one for one in (value if isinstance(value, list) else [value]) if one and one not in found]
    return found


def to_public(case: Case, kind: Kind, named: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a case as the public sees it.

    Args:
        named: datasets by id or name, as :func:`public_store.name_datasets`; of those that the public does not see now
            nothing is told.
    """
    about = named.get(case.dataset_id) or {}
    is_named = bool(about.get("dataset_name"))
    answers = list_public_answers(case, kind)
    for field in list_fields(kind):
        if field.type == "dataset" and not named.get(answers.get(field.name, ""), {}).get("dataset_name"):
            answers.pop(field.name, None)
    return {
        "number": case.number,
        "kind": case.kind,
        "title": find_name(answers) if not case.dataset_id else case.dataset_title if is_named else "",
        "title_translated": about.get("title_translated") or {},
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
        "datasets": [dict(named[one]) for one in list_references(case, kind) if one in named] if answers else [],
        "votes": case.votes,
    }
