"""A file as one table: where it stands, its columns, its rows. Plain module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import header_detection, reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.header_detection import Position, Surroundings
from ckanext.nxopendata.core.tabular.sheets import SheetStream
from ckanext.nxopendata.tables.reader import columns
from ckanext.nxopendata.tables.reader.columns import Column

CHUNK = 2000
MOST_TOTALS = MOST_FOOTNOTES = 20
MOST_UNPACKED_MEGABYTES = 512


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
        sheet: that the table stands on.
        position: where on the sheet.
        places: number of each column on the sheet, from 0; a column without header and cells is left out.
        totals, footnotes: what stands among the data: rows of sums, remarks.
        other_sheets: names of the worksheets that were not read.
    """

    columns: tuple[Column, ...]
    rows: int
    sheet: SheetStream
    position: Position
    places: tuple[int, ...]
    totals: tuple[tuple[str, ...], ...] = ()
    footnotes: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines above the header: title and unit."""
        return self.position.notes

    def lines(self) -> Iterator[list[str | None]]:
        """Yield the rows, cells as PostgreSQL reads them, then one cell more: the words for its full-text index."""
        pairs = list(zip(self.places, self.columns, strict=True))
        texts = [number for number, column in pairs if column.type == "text"]
        last = max(self.places, default=0)
        for row in header_detection.read_rows(self.sheet, self.position, Surroundings()):
            if len(row) <= last:
                row = row + [""] * (last + 1 - len(row))
            line = [columns.to_database(column, row[number]) for number, column in pairs]
            line.append(columns.index_words(row[number] for number in texts))
            yield line


def read(path: Path, kind: str, items: Sequence[Mapping[str, Any]] = (), limits: Limits | None = None) -> Table:
    """Read the file at ``path``: its first sheet that has data.

    Args:
        kind: its format in lower case.
        items: the information items of the dataset, to which columns are linked by name.

    Raises:
        UnreadableError: it does not become a table: ``format``, ``broken``, ``encoding``, ``empty``, ``too_large``,
            ``too_many_rows`` or ``too_many_columns``, with the parameters that its message names.
    """
    limits = limits or Limits()
    sheets = _open_sheets(path, kind, limits)
    for sheet in sheets:
        try:
            position = header_detection.find_table(sheet, limits.columns)
        except UnreadableError as error:
            if error.code != "empty":
                raise
            continue
        others = tuple(other.name for other in sheets if other is not sheet and other.name)
        table = _measure(sheet, position, items, limits, others)
        if table is not None:
            return table
    raise UnreadableError("empty")


def _open_sheets(path: Path, kind: str, limits: Limits) -> list[SheetStream]:
    """The sheets; a refusal with the codes that have a message here."""
    try:
        return reader.open_sheets(path, kind, most_bytes=limits.megabytes * 1_000_000)
    except UnreadableError as error:
        code = {"password": "broken", "too_many_cells": "too_large"}.get(error.code, error.code)
        raise UnreadableError(code, **{"megabytes": MOST_UNPACKED_MEGABYTES} | error.params) from error


def _measure(
    sheet: SheetStream,
    position: Position,
    items: Sequence[Mapping[str, Any]],
    limits: Limits,
    other_sheets: tuple[str, ...],
) -> Table | None:
    """Read the whole sheet to know its columns and how many rows it has; None where it has no rows."""
    kinds, surroundings, count = columns.Kinds(len(position.headers)), Surroundings(), 0
    rows = header_detection.read_rows(sheet, position, surroundings)
    while chunk := list(islice(rows, CHUNK)):
        if max(map(len, chunk)) > limits.columns:  # before each column costs memory
            raise UnreadableError("too_many_columns", most=limits.columns)
        kinds.add(chunk)
        count += len(chunk)
        if count > limits.rows:
            raise UnreadableError("too_many_rows", most=limits.rows)
    if not count:
        return None
    decided = columns.decide_columns(position.headers, kinds, items)
    places = tuple(number for number, column in enumerate(decided) if column)
    return Table(
        columns=tuple(column for column in decided if column),
        rows=count,
        sheet=sheet,
        position=position,
        places=places,
        totals=tuple(_pick(row, places) for row in surroundings.totals[:MOST_TOTALS]),
        footnotes=tuple(surroundings.footnotes[:MOST_FOOTNOTES]),
        other_sheets=other_sheets,
    )


def _pick(row: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    return tuple(row[number] if number < len(row) else "" for number in places)
