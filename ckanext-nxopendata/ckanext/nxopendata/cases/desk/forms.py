"""Forms of the cases: what was filled in, and whether a person did."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import Field, Step
from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

OLDEST = 24 * 3600
"""Seconds that a form may lie open."""

FASTEST = 2
"""Seconds that a person needs at least to fill one in."""

SEVERAL = ("choices", "columns", "datasets")


def make_stamp() -> str:
    """Return a signed mark of when a form was shown, with a key of its own that makes one case of it."""
    return _serializer().dumps(uuid.uuid4().hex)


def read_stamp(stamp: str) -> tuple[str, str]:
    """Return the key of a form, and what is wrong with its age; "" for nothing.

    A form that is sent faster than a person writes, or that nobody was shown, is shown once more.
    """
    try:
        key, made = _serializer().loads(stamp, max_age=OLDEST, return_timestamp=True)
    except BadData:
        return "", tk._("This form was open for too long. What you wrote is still here: send it once more.")
    if (now() - made).total_seconds() < FASTEST:
        return key, tk._("That was very fast. Please read the form through and send it once more.")
    return key, ""


def is_filled_by_machine(form: MultiDict[str, str]) -> bool:
    """Return whether the field that people do not see was filled in."""
    return bool(form.get("website"))


def read_form(fields: Iterable[Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return what was filled in, field -> text, or list of texts where several may be chosen."""
    given: dict[str, Any] = {}
    for field in fields:
        if field.type in SEVERAL:
            values = [part for text in form.getlist(field.name) for part in text.splitlines() if part.strip()]
            given[field.name] = values
        elif field.name in form:
            given[field.name] = form[field.name].strip()
    return given


def read_opinion(step: Step | None, form: MultiDict[str, str]) -> str:
    """Return the words of a step: the phrase that was chosen of those that it offers, and words of one's own."""
    offered = {str(number): phrase for number, phrase in enumerate(step.phrases)} if step else {}
    phrase = offered.get(form.get("phrase", ""))
    chosen = localised.choose(dict(phrase), reader_language())[0] if phrase else ""
    return "\n".join(part for part in (chosen, form.get("opinion", "").strip()) if part)


def list_batch_steps(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return the steps that may be taken of several cases at once: value of the form, and label.

    They ask no question; of outcomes they have one at most. ``kind:action:outcome`` is the value: one word may mean
    different things in two kinds, so a step is taken of the cases of one.
    """
    found: list[tuple[str, str]] = []
    for name in sorted(kinds):
        kind = registry.kinds().get(name)
        if kind is None:
            continue
        for step in kind.steps:
            if not step.fields and len(step.outcomes) < 2 and set(step.roles) & {EDITOR, HEAD, OFFICE}:
                value = f"{kind.name}:{step.action}:{''.join(step.outcomes)}"
                texts = [localised.choose(dict(text), reader_language())[0] for text in (kind.title, step.label)]
                found.append((value, tk._(": ").join(texts)))
    return found


def describe_problem(problem: Exception) -> str:
    """Return in words why a step was not taken."""
    if isinstance(problem, tk.ValidationError):
        told: dict[str, Any] = problem.error_dict
        return " ".join(str(text) for texts in told.values() for text in texts)
    return str(getattr(problem, "message", "") or tk._("This step is not yours to take"))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt="nx-case-form")
