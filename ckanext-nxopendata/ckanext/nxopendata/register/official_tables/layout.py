"""How the official tables look: ``schemas/forms/register.yaml``. Plain module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

FILE = resources.files("ckanext.nxopendata.schemas") / "forms" / "register.yaml"
NUMBERS = ("1", "2", "3", "4", "5")
OF_SYSTEMS = ("1", "2", "3")
OF_UNITS = ("4", "5")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds, what stands above it, how wide it is (characters)."""

    key: str
    header: str
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """One table as the plan prints it.

    Attributes:
        label: 附表1.
        filler: the pieces of the line above the table, with ``{unit}``, ``{person}``, ``{phone}``; () without one.
        total: the line that counts all, with ``{count}``; "" without one.
        groups: key -> the line above its rows, with ``{count}``; {} when the rows stand in no groups.
    """

    number: str
    label: str
    title: str
    filler: tuple[str, ...]
    columns: tuple[Column, ...]
    total: str
    groups: Mapping[str, str]


@cache
def load(number: str) -> Layout:
    """Table ``number``, one of :data:`NUMBERS`.

    Raises:
        KeyError: there is no such table.
    """
    row = _file()["tables"][number]
    return Layout(
        number,
        row["label"],
        row["title"],
        tuple(row["filler"]),
        tuple(Column(**column) for column in row["columns"]),
        row["total"],
        row["groups"],
    )


@cache
def headers() -> Mapping[str, str]:
    """Every spelling of the heads of tables 1-3 -> the column's key."""
    found = {column.header: column.key for column in load("1").columns}
    return found | {spelling: key for key, spellings in _file()["aliases"].items() for spelling in spellings}


@cache
def unit_headers() -> Mapping[str, str]:
    """Every spelling of the heads of tables 4 and 5 -> the column's key.

    ``name``, ``post`` or ``phone`` alone where the head does not say whose; of a person alone it is the name.
    """
    people, parts = _file()["people"], _file()["parts"]
    found = {column.header: column.key for number in OF_UNITS for column in load(number).columns}
    found |= {spelling: key for key, spellings in _file()["unit_aliases"].items() for spelling in spellings}
    for person, words in people.items():
        for word in words:
            found[word] = f"{person}_name"
            found |= {f"{word}{spelling}": f"{person}_{part}" for part in parts for spelling in parts[part]}
    return found | {spelling: part for part, spellings in parts.items() for spelling in spellings}


@cache
def unit_types() -> Mapping[str, str]:
    """How departments write what kind of unit they are -> its code."""
    return {spelling: code for code, spellings in _file()["unit_types"].items() for spelling in spellings}


@cache
def frequencies() -> Mapping[str, str]:
    """How departments write a frequency of use -> its code."""
    return {spelling: code for code, spellings in _file()["frequencies"].items() for spelling in spellings}


@cache
def _file() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
