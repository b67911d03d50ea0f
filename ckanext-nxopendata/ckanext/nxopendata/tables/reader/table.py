"""A file as one table: where it stands, its columns, its rows. Plain module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ckanext.nxopendata.core.tabular import plan as plans
from ckanext.nxopendata.core.tabular import table as tables
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout.header import Header
from ckanext.nxopendata.core.tabular.layout.rows import Layout, SetAside, read_rows
from ckanext.nxopendata.core.tabular.plan import Plan
from ckanext.nxopendata.core.tabular.sheets import SheetStream
from ckanext.nxopendata.core.tabular.values.types import TableCounts
from ckanext.nxopendata.tables.reader import arrays, closed_names, columns, layout_scan, plain_text
from ckanext.nxopendata.tables.reader.columns import Column
from ckanext.nxopendata.tables.reader.plain_text import IrregularTextError
from ckanext.nxopendata.tables.reader.spool import Spool, to_batches

PLAIN = frozenset({"int", "num", "empty"})
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
        spool: its rows, and those that are no data.
        plain: places of columns of numbers that PostgreSQL reads as they are written.
    """

    columns: tuple[Column, ...]
    rows: int
    found: tables.FoundTable
    places: tuple[int, ...]
    around: dict[str, Any]
    spool: Spool
    plain: frozenset[int] = frozenset()

    @property
    def sheet(self) -> SheetStream:
        """The sheet that the table stands on."""
        return self.found.sheet

    def batches(self) -> Iterator[list[pa.Array]]:
        """Yield the rows, some at a time: an array a column, values as PostgreSQL reads them."""
        for batch in layout_scan.drop_lines(self.spool.batches(), self.found.layout.lines):
            yield [
                arrays.to_database(column, arrays.trim(batch.column(place + 1)), plain=place in self.plain)
                for place, column in zip(self.places, self.columns, strict=True)
            ]

    def lines(self) -> Iterator[list[str | None]]:
        """Yield the rows one by one."""
        for batch in self.batches():
            yield from map(list, zip(*(array.to_pylist() for array in batch), strict=True))


def read(
    path: Path,
    kind: str,
    items: Sequence[Mapping[str, Any]] = (),
    limits: Limits | None = None,
    plan: Plan | None = None,
) -> Table:
    """Read the file at ``path``: the sheet that has its data. Its rows are parsed once, onto a spool.

    Args:
        kind: its format in lower case.
        items: the information items of the dataset, to which columns are linked by name.
        plan: how the department wants it read.

    Raises:
        UnreadableError: it does not become a table: ``format``, ``broken``, ``password``, ``encoding``, ``empty``,
            ``web_page``, ``plan``, ``too_large``, ``too_many_rows`` or ``too_many_columns``, with the parameters that
            its message names.
    """
    limits, plan = limits or Limits(), plan or Plan()
    most_bytes = limits.megabytes * 1_000_000
    try:
        for place in tables.locate(path, kind, most_bytes=most_bytes, most_columns=limits.columns, plan=plan):
            passed = _fill_spool(path, place, limits)
            layout = layout_scan.survey(place.sheet, place.header, passed.spool, passed.candidates, plan.take_in)
            if passed.spool.rows > sum(row.reason != "above" for row in layout.set_aside):
                closed = closed_names.find(path, kind, items, most_bytes)
                return _measure(tables.complete(place, layout, plan), passed, items, plan, closed)
    except UnreadableError as error:
        code = {"too_many_cells": "too_large"}.get(error.code, error.code)
        raise UnreadableError(code, **{"megabytes": MOST_UNPACKED_MEGABYTES} | error.params) from error
    raise UnreadableError("empty")


@dataclass(frozen=True, slots=True)
class _Passed:
    """What one pass over the rows below a header gives: the rows, what their cells look like, which may be no data."""

    spool: Spool
    counts: TableCounts
    candidates: layout_scan.Candidates


def _fill_spool(path: Path, place: tables.Place, limits: Limits) -> _Passed:
    """Read the rows below a header, by the fast reader where the text is regular."""
    if plain_text.can_read(place.sheet, path.stat().st_size, limits.columns):
        try:
            return _pass_over(plain_text.read(path, place.sheet, place.header), place.header, limits)
        except IrregularTextError:
            pass  # read by the reader that knows what to do with it
    rows = read_rows(place.sheet, place.header, Layout())
    return _pass_over(to_batches(rows, len(place.header.parts), limits.columns), place.header, limits)


def _pass_over(batches: Iterator[pa.RecordBatch], header: Header, limits: Limits) -> _Passed:
    passed = _Passed(Spool(), TableCounts(len(header.names)), layout_scan.Candidates(header))
    for batch in batches:
        passed.spool.add(batch)
        if passed.spool.rows > limits.rows:
            raise UnreadableError("too_many_rows", most=limits.rows)
        passed.candidates.add(batch)
        _count(passed.counts, batch)
    passed.spool.close()
    return passed


def _count(counts: TableCounts, batch: pa.RecordBatch) -> None:
    arrays.count_cells(counts, [arrays.trim(column) for column in batch.columns[1:]])


def _measure(
    found: tables.FoundTable,
    passed: _Passed,
    items: Sequence[Mapping[str, Any]],
    plan: Plan,
    closed: Sequence[str],
) -> Table:
    """Decide the columns by what all cells look like; they are looked at again where some rows are no data."""
    spool, counts, gone = passed.spool, passed.counts, found.layout.lines
    count = spool.rows
    if gone:
        counts, count = TableCounts(len(found.headers)), 0
        for batch in layout_scan.drop_lines(spool.batches(), gone):
            _count(counts, batch)
            count += batch.num_rows
    decided = columns.decide_columns(found.headers, counts, items, plan)
    places = tuple(number for number, column in enumerate(decided) if column and not column.not_open)
    if not places:
        raise UnreadableError("all_not_open")
    return Table(
        columns=tuple(column for column in decided if column and not column.not_open),
        rows=count,
        found=found,
        places=places,
        around=_describe(
            found, {number: column.label for number, column in enumerate(decided) if column and column.not_open}, closed
        ),
        spool=spool,
        plain=frozenset(
            place
            for place, cells in enumerate(counts.columns)
            if not cells.odd_numbers and {kind for kind, number in cells.kinds.items() if number} <= PLAIN
        ),
    )


def _describe(found: tables.FoundTable, not_open: Mapping[int, str], closed: Sequence[str]) -> dict[str, Any]:
    """What people are told; nothing of the cells of columns that are not open.

    Args:
        closed: names of such columns anywhere in the file.
    """
    cut = {columns.fold_name(label) for label in not_open.values()}
    counts, first = found.findings()
    rows = [
        {"line": row.line, "reason": row.reason, "cells": _list_cells(row, not_open)} for row in found.layout.set_aside
    ]
    return {
        "set_aside": rows,
        "findings": {code: number for code, number in counts.items() if number},
        "lines": [
            {"code": entry.code, "line": entry.line, "text": "" if not_open else entry.text}
            for entry in first[:MOST_TOLD]
        ],
        "sheet": found.sheet.name,
        "other_sheets": list(found.other_sheets),
        "areas": list(found.areas),
        "encoding": found.sheet.encoding,
        "plan": plans.to_dict(found.plan) | {"set_aside": []},
        "not_open": [*not_open.values(), *(name for name in closed if columns.fold_name(name) not in cut)],
    }


def _list_cells(row: SetAside, not_open: Mapping[int, str]) -> list[str]:
    """The different cells of a row; a title above the table stands in no column."""
    below = row.reason != "above"
    cells = (cell for number, cell in enumerate(row.cells) if cell and not (below and number in not_open))
    return list(dict.fromkeys(cells))
