"""The part of Solr's filter language that CKAN's own lists of datasets use, applied to one document. Plain module.

What it does not know it refuses: a list that left a filter out would show what it must not.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

Document = Mapping[str, list[str]]
"""Field -> its values."""

ANYTHING = "[* TO *]"
CLAUSE = re.compile(
    r"""(?P<sign>[+-]?)(?P<field>\*|[A-Za-z_]\w*):
        (?P<value>\*|"[^"]*"|\([^()]*\)|\[[^\[\]]*\]|[\w.-]+)(?=\s|$)""",
    re.VERBOSE,
)
LISTED = re.compile(r'"[^"]*"|[^\s"]+')
RECENT = re.compile(r"\[NOW-(\d+)DAYS TO \*\]")


class UnsupportedFilterError(ValueError):
    """A filter that only Solr understands."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition: ``field`` has one of ``values``, or none of them.

    Attributes:
        values: What is looked for; :data:`ANYTHING` for any value.
        since: A moment in ISO 8601 before which the field's value does not lie, in place of values.
    """

    field: str
    values: frozenset[str]
    is_negative: bool = False
    since: str = ""

    def admits(self, document: Document) -> bool:
        """Return whether a document meets the condition."""
        own = document.get(self.field, [])
        if self.since:
            met = any(value >= self.since for value in own)
        elif ANYTHING in self.values:
            met = bool(own)
        else:
            met = not self.values.isdisjoint(own)
        return met is not self.is_negative


def parse(text: str, known: frozenset[str], now: dt.datetime) -> list[Filter]:
    """Read the conditions of a ``fq``, all of which a document must meet.

    Args:
        text: Such as ``+capacity:public -nx_withdrawn:[* TO *] owner_org:("a" OR "b")``.
        known: The fields that documents have.
        now: What ``NOW`` means, in UTC without a zone.

    Raises:
        UnsupportedFilterError: There is a word, field, or range that is not known here.
    """
    filters, rest = [], text.strip()
    while rest:
        if rest.startswith("AND "):
            rest = rest[4:].lstrip()
            continue
        match = CLAUSE.match(rest)
        if not match:
            raise UnsupportedFilterError(text)
        rest = rest[match.end() :].lstrip()
        field, value = match["field"], match["value"]
        if field == "*" and value == "*":
            continue
        if field not in known:
            raise UnsupportedFilterError(text)
        if recent := RECENT.fullmatch(value):
            since = (now - dt.timedelta(days=int(recent[1]))).isoformat()
            filters.append(Filter(field, frozenset(), match["sign"] == "-", since))
        else:
            filters.append(Filter(field, _values(value), match["sign"] == "-"))
    return filters


def _values(text: str) -> frozenset[str]:
    if text in (ANYTHING, "*"):
        return frozenset({ANYTHING})
    if text.startswith("["):
        raise UnsupportedFilterError(text)
    listed = LISTED.findall(text[1:-1]) if text.startswith("(") else [text]
    if any(word in ("AND", "NOT") for word in listed):
        raise UnsupportedFilterError(text)
    return frozenset(word.strip('"') for word in listed if word != "OR")
