"""Find what cannot be stored in a request: control characters, halves of characters, numbers beyond 64 bits, nesting.

Imports nothing of CKAN.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from flask.json.provider import DefaultJSONProvider

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no text may hold: PostgreSQL and UTF-8 refuse some of it, XML the rest (XML 1.0, 2.2); tabs and line breaks
are text."""

LARGEST = 2**63 - 1
"""PostgreSQL's ``bigint``."""

DEEPEST = 40
"""Levels of lists and objects; a dataset has six."""

DEEPEST_IN_TEXT = 200
"""Levels of JSON that stands in a text, such as a geometry; Python's parser ends below a thousand."""

BRACKETS = re.compile(r"[\[\]{}]")

NOT_STORABLE, TOO_BIG, NOT_A_NUMBER, TOO_DEEP = "not_storable", "too_big", "not_a_number", "too_deep"
"""What is wrong: codes of :func:`find_problem`."""


class NestingError(ValueError):
    """JSON is nested deeper than :data:`DEEPEST`, or than the parser goes."""


class BoundedJSONProvider(DefaultJSONProvider):
    """Flask's JSON, which reads neither ``NaN`` and ``Infinity`` (no JSON, RFC 8259, 6) nor endless nesting."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Parse JSON.

        Raises:
            NestingError: it is nested deeper than the parser goes.
            ValueError: it is no JSON.
        """
        return parse_json(s, **kwargs)


def parse_json(text: str | bytes, **options: Any) -> Any:
    """Parse JSON as :class:`BoundedJSONProvider` does."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, **options)
    except RecursionError:
        raise NestingError("too deep") from None


def holds_endless_nesting(text: str) -> bool:
    """Return whether a text looks like JSON that is nested too deeply for whoever parses it later.

    How deep a parser goes depends on where it is called from, so the levels are counted.
    """
    if not text.lstrip().startswith(("[", "{")) or text.count("[") + text.count("{") <= DEEPEST_IN_TEXT:
        return False
    depth = 0
    for sign in BRACKETS.findall(text):
        depth += 1 if sign in "[{" else -1
        if depth > DEEPEST_IN_TEXT:
            return True
    return False


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def find_problem(value: Any) -> str | None:
    """Return the code of the first thing in a value, however deep, that cannot be stored; None if all can be."""
    level = [value]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for item in level:
            if isinstance(item, Mapping):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list | tuple):
                below += item
            elif problem := _problem_of_one(item):
                return problem
        if not below:
            return None
        level = below
    return TOO_DEEP


def _problem_of_one(value: Any) -> str | None:
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            return NOT_STORABLE
        return TOO_DEEP if holds_endless_nesting(value) else None
    if isinstance(value, int):
        return TOO_BIG if abs(value) > LARGEST else None
    if isinstance(value, float):
        return None if math.isfinite(value) else NOT_A_NUMBER
    return None
