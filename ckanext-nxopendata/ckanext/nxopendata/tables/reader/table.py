"""A file as one table: where it stands, its columns, its rows. Plain module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import plan as plans
from ckanext.nxopendata.core.tabular import table as tables
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.core.tabular.sheets import SheetStream
from ckanext.nxopendata.core.tabular.values.types import TableCounts
from ckanext.nxopendata.tables.reader import columns
from ckanext.nxopendata.tables.reader.columns import Column

CHUNK = 2000
MOST_UNPACKED_MEGABYTES = 512
MOST_TOLD = 50
"""Findings that are kept with their lines; of all, how many there are is kept."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most."""

    megabytes: int = 200
    rows: int = 1_000_000
    columns: int = 400


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a file.

    Attributes:
        columns: as they stand in the database.
        rows: number of rows of data.
        found: where it stands in the file.
        places: number of each column on the sheet, from 0; a column without header and cells is left out.
        around: what people are told of the file, see :class:`ckanext.nxopendata.tables.models.State`.
    """

    columns: tuple[Column, ...]
    rows: int
    found: tables.FoundTable
    places: tuple[int, ...]
    around: dict[str, Any]

    @property
    def sheet(self) -> SheetStream:
        """The sheet that the table stands on."""
        return self.found.sheet

    def lines(self) -> Iterator[list[str | None]]:
        """Yield the rows, cells as PostgreSQL reads them, then one cell more: the words for its full-text index."""
        pairs = list(zip(self.places, self.columns, strict=True))
        texts = [number for number, column in pairs if column.type == "text"]
        last = max(self.places, default=0)
        for row in self.found.rows():
            row = [cell.strip(SPACE) for cell in row]
            if len(row) <= last:
                row += [""] * (last + 1 - len(row))
            line = [columns.to_database(column, row[number]) for number, column in pairs]
            line.append(columns.index_words(row[number] for number in texts))
            yield line


SPACE = " \t\r\n\u3000\u00a0\u200b\ufeff"


def read(
    path: Path,
    kind: str,
    items: Sequence[Mapping[str, Any]] = (),
    limits: Limits | None = None,
    plan: Plan | None = None,
) -> Table:
    """Read the file at ``path``: the sheet that has its data.

    Args:
        kind: its format in lower case.
        items: the information items of the dataset, to which columns are linked by name.
        plan: how the department wants it read.

    Raises:
        UnreadableError: it does not become a table: ``format``, ``broken``, ``password``, ``encoding``, ``empty``,
            ``web_page``, ``plan``, ``too_large``, ``too_many_rows`` or ``too_many_columns``, with the parameters that
            its message names.
    """
    limits = limits or Limits()
    try:
        found = tables.find(path, kind, most_bytes=limits.megabytes * 1_000_000, most_columns=limits.columns, plan=plan)
    except UnreadableError as error:
        code = {"too_many_cells": "too_large"}.get(error.code, error.code)
        raise UnreadableError(code, **{"megabytes": MOST_UNPACKED_MEGABYTES} | error.params) from error
    return _measure(found, items, limits, plan)


def _measure(found: tables.FoundTable, items: Sequence[Mapping[str, Any]], limits: Limits, plan: Plan | None) -> Table:
    """Read the whole sheet to know its columns and how many rows it has."""
    counts, count = TableCounts(len(found.headers)), 0
    rows = ([cell.strip(SPACE) for cell in row] for row in found.rows())
    while chunk := list(islice(rows, CHUNK)):
        if max(map(len, chunk)) > limits.columns:  # before each column costs memory
            raise UnreadableError("too_many_columns", most=limits.columns, found=max(map(len, chunk)))
        counts.add(chunk)
        count += len(chunk)
        if count > limits.rows:
            raise UnreadableError("too_many_rows", most=limits.rows)
    decided = columns.decide_columns(found.headers, counts, items, plan)
    places = tuple(number for number, column in enumerate(decided) if column)
    return Table(
        columns=tuple(column for column in decided if column),
        rows=count,
        found=found,
        places=places,
        around=_describe(found),
    )


def _describe(found: tables.FoundTable) -> dict[str, Any]:
    counts, first = found.findings()
    rows = [
        {"line": row.line, "reason": row.reason, "cells": list(dict.fromkeys(filter(None, row.cells)))}
        for row in found.layout.set_aside
    ]
    return {
        "set_aside": rows,
        "findings": {code: number for code, number in counts.items() if number},
        "lines": [{"code": entry.code, "line": entry.line, "text": entry.text} for entry in first[:MOST_TOLD]],
        "sheet": found.sheet.name,
        "other_sheets": list(found.other_sheets),
        "encoding": found.sheet.encoding,
        "plan": plans.to_dict(found.plan) | {"set_aside": []},
    }
