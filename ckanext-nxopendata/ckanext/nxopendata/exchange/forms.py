"""The column layouts of official tables: ``schemas/forms/*.yaml``."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.exchange import fields

LISTS, NOTES = "代码表", "填写说明"
"""Sheets of our own workbooks beside the table: the values of drop-down lists, and how to fill it in."""

FOLDER = resources.files("ckanext.nxopendata.schemas") / "forms"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands at its head and which field it fills.

    ``kind`` is explained at the top of the file; ``part`` is ``item`` for what is told of each information item;
    ``values`` are further spellings of codes; ``plain`` columns are read with full-width characters as half-width ones.
    """

    key: str
    header: str
    kind: str
    group: str = ""
    field: str = ""
    part: str = ""
    level: int = 0
    required: bool = False
    plain: bool = False
    width: int = 14
    note: str = ""
    aliases: tuple[str, ...] = ()
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def codelist(self) -> str:
        """The name of the code list of the column's values; "" when it has none."""
        if self.kind == "class":
            return "class"
        known = fields.dataset()["nx_items"].parts if self.part else fields.dataset()
        return known[self.field].codelist if self.kind in ("code", "codes") else ""


@dataclass(frozen=True, slots=True)
class Form:
    """A table: its sheet, the lines above its head, its columns in order, what its users are told."""

    sheet: str
    title: str
    filled: str
    columns: tuple[Column, ...]
    instructions: tuple[str, ...]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def place(self, key: str) -> int:
        """The number of a column, from 1."""
        return next(number for number, column in enumerate(self.columns, 1) if column.key == key)


@cache
def load(name: str) -> Form:
    """The layout in ``schemas/forms/<name>.yaml``.

    Raises:
        FileNotFoundError: there is no such form.
    """
    data = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    columns = tuple(Column(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in data["columns"])
    return Form(data["sheet"], data["title"], data["filled"], columns, tuple(data["instructions"]))


@codelists.cached
def codes(codelist: str) -> Mapping[str, str]:
    """Every spelling of every code of a list -> the code: the code itself, its labels, code and label."""
    entries = codelists.load(codelist).values()
    spellings = [(entry.code, entry.code) for entry in entries]
    spellings += [(label, entry.code) for entry in entries for label in (entry.label_zh, entry.label_en) if label]
    spellings += [(code_and_label(entry), entry.code) for entry in entries]
    found: dict[str, str] = {}
    for spelling, code in spellings:
        found.setdefault(spelling.casefold(), code)
    return found


def code_and_label(entry: codelists.Code) -> str:
    """A code as a list offers it whose labels alone would not do."""
    return f"{entry.code} {entry.label_zh}"
