"""Which columns of a table describe a person, by the words of ``schemas/safety/quasi_identifiers.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

FOLDER = "ckanext.nxopendata.schemas.safety"
LEAST = 2
"""Characteristics of a person from which a table of single rows is one about persons."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quasi-identifier.

    Attributes:
        is_person: whether it is a characteristic of a person, not of a place.
        values: about how many values it has in a population, by how finely it is written.
    """

    id: str
    name: Mapping[str, str]
    headers: re.Pattern[str]
    not_headers: re.Pattern[str]
    is_person: bool
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Words:
    """What the file says."""

    kinds: Mapping[str, Kind]
    sensitive: re.Pattern[str]
    counts: re.Pattern[str]
    people: re.Pattern[str]
    not_people: re.Pattern[str]
    totals: frozenset[str]
    suppressed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the headers of a table say.

    Attributes:
        quasi: header -> id of its kind, in the order of the table.
        sensitive, counts: headers.
        counts_people: those of ``counts`` that count people.
    """

    quasi: Mapping[str, str]
    sensitive: tuple[str, ...]
    counts: tuple[str, ...]
    counts_people: tuple[str, ...]

    @property
    def is_about_persons(self) -> bool:
        """Whether each row seems to describe one person."""
        return not self.counts and self._characteristics() >= LEAST

    @property
    def describes_persons(self) -> bool:
        """Whether it says at least something of single persons: with another table, it may say enough."""
        return not self.counts and self._characteristics() > 0

    @property
    def counts_persons(self) -> bool:
        """Whether the table counts people by what describes them."""
        return bool(self.counts_people) and (self._characteristics() > 0 or bool(self.sensitive))

    def _characteristics(self) -> int:
        return len({kind for kind in self.quasi.values() if words().kinds[kind].is_person})


@cache
def words() -> Words:
    """Return what the file says."""
    text = resources.files(FOLDER).joinpath("quasi_identifiers.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return Words(
        {entry["id"]: _read_kind(entry) for entry in content["kinds"]},
        _compile(content["sensitive"]),
        _compile(content["counts"]),
        _compile(content["people"]),
        _compile(content["not_people"]),
        frozenset(content["totals"]),
        frozenset(content["suppressed"]),
    )


def _read_kind(entry: Mapping[str, Any]) -> Kind:
    return Kind(
        entry["id"],
        entry["name"],
        _compile(entry["headers"]),
        _compile(entry.get("not_headers", ())),
        entry["person"],
        entry["values"],
    )


def _compile(parts: Iterable[str]) -> re.Pattern[str]:
    """One pattern of all words; those of Latin letters stand alone, so that “age” is not found in “page”."""
    found = [rf"(?<![a-z]){re.escape(part)}(?![a-z])" if part.isascii() else re.escape(part) for part in parts]
    return re.compile("|".join(found) or "(?!)", re.IGNORECASE)


def suggest(headers: Sequence[str]) -> Suggestion:
    """Return which columns describe a person, which say what nobody wants known, and which count.

    >>> found = suggest(["出生日期", "性别", "诊断"])
    >>> dict(found.quasi), found.sensitive, found.is_about_persons
    ({'出生日期': 'birth', '性别': 'sex'}, ('诊断',), True)
    >>> suggest(["县区", "性别", "人口数"]).is_about_persons
    False
    >>> suggest(["县区", "民族", "人口（人）", "常住人口（万人）", "人口密度"]).counts_people
    ('人口（人）',)
    """
    known = words()
    quasi: dict[str, str] = {}
    counts = tuple(header for header in headers if known.counts.search(header.replace("（", "(").replace("）", ")")))
    for header in headers:
        kind = find_kind(header)
        if kind and header not in counts:
            quasi[header] = kind
    sensitive = tuple(header for header in headers if known.sensitive.search(header) and header not in quasi)
    people = tuple(
        header
        for header in counts
        if known.people.search(header.replace("（", "(").replace("）", ")")) and not known.not_people.search(header)
    )
    return Suggestion(quasi, tuple(header for header in sensitive if header not in counts), counts, people)


def find_kind(header: str) -> str:
    """Return the id of the kind of quasi-identifier that a header names; "" for none."""
    for kind in words().kinds.values():
        if kind.headers.search(header) and not kind.not_headers.search(header):
            return kind.id
    return ""
