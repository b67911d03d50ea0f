"""Basic information resources: what the plan expects, and which datasets hold it. Plain module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from ckanext.nxopendata.catalogue.data_sources.entries import Entry

FILE = resources.files("ckanext.nxopendata.schemas") / "basic_resources.yaml"

CLASS = "1"
"""Code of the class of basic information resources (1272 guide)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be shared; see ``schemas/basic_resources.yaml``."""

    class_code: str
    name: dict[str, str]
    words: tuple[str, ...]
    providers: tuple[str, ...]
    basis: dict[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """An expected resource, the datasets that hold it, and those of its providers that provide none of them."""

    expected: Expected
    entries: list[Entry]
    missing: list[str]


@cache
def read_expected() -> tuple[Expected, ...]:
    """Return what the plan expects, in the order of the file."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))["expected"]
    return tuple(
        Expected(row["class"], row["name"], tuple(row["words"]), tuple(row["providers"]), row["basis"]) for row in rows
    )


def match(entries: Iterable[Entry], names: dict[str, str]) -> tuple[list[Holding], list[Entry]]:
    """Assign the datasets of the class of basic resources to what is expected.

    A dataset counts when it is of the class and its title, or one of its data items, has one of the words. One without
    any of the words of its class is none of the expected ones: it is given apart, for a person to look at.

    Args:
        names: department id -> its Chinese name.

    Returns:
        What is expected with its datasets; and the datasets of the class that are none of it.
    """
    basic = [entry for entry in entries if entry.class_code.startswith(CLASS)]
    holdings, matched = [], set[str]()
    for expected in read_expected():
        found = [entry for entry in basic if _holds(entry, expected)]
        matched |= {entry.id for entry in found}
        providers = {names.get(entry.owner, "") for entry in found}
        missing = [provider for provider in expected.providers if provider not in providers]
        holdings.append(Holding(expected, found, missing))
    return holdings, [entry for entry in basic if entry.id not in matched]


def _holds(entry: Entry, expected: Expected) -> bool:
    if not entry.class_code.startswith(expected.class_code):
        return False
    texts: Sequence[str] = [entry.title, *entry.items]
    return any(word in text for word in expected.words for text in texts)
