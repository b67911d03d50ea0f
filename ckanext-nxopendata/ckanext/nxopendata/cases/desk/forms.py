"""Forms of the cases: what was filled in, and whether a person did."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import ckan.plugins.toolkit as tk
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from ckanext.nxopendata.cases.definitions.kind import Field
from ckanext.nxopendata.core.timezone import now

OLDEST = 24 * 3600
"""Seconds that a form may lie open."""

FASTEST = 2
"""Seconds that a person needs at least to fill one in."""

SEVERAL = ("choices", "columns")


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


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tk.config["SECRET_KEY"], salt="nx-case-form")
