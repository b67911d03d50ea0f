"""A file as one table: where it stands, its columns, its rows. Plain module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.nxopendata.tables.reader import columns, header_detection, line_reader
from ckanext.nxopendata.tables.reader.columns import Column
from ckanext.nxopendata.tables.reader.line_reader import CannotRead, Row, Sheet

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read at most."""

    megabytes: int = 200
    rows: int = 1_000_000
    columns: int = 400


@dataclass(slots=True)
class Table:
    """A table found in a file.

    Attributes:
        columns: as they stand in the database.
        rows: number of lines of data.
        notes, totals, footnotes: what stands around the data: title and unit, rows of sums, remarks.
        sheet, other_sheets: name of the worksheet that was read, and of those that were not.
        encoding: of a text.
    """

    columns: list[Column]
    rows: int
    notes: tuple[str, ...]
    sheet: str
    other_sheets: tuple[str, ...]
    encoding: str
    totals: list[tuple[str, ...]] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)
    _sheet: Sheet | None = None
    _place: header_detection.Place | None = None
    _kept: tuple[int, ...] = ()

    def lines(self) -> Iterator[list[str | None]]:
        """The rows, cells as PostgreSQL reads them, then one cell more: the words for its full-text index."""
        if self._sheet is None or self._place is None:
            raise ValueError("this table has no file")
        pairs = list(zip(self._kept, self.columns, strict=True))
        texts = [number for number, column in pairs if column.type == "text"]
        last = max(self._kept, default=0)
        for row in header_detection.rows(self._sheet, self._place, header_detection.Aside()):
            if len(row) <= last:
                row = row + [""] * (last + 1 - len(row))
            line = [columns.stored(column, row[number]) for number, column in pairs]
            line.append(columns.words(row[number] for number in texts))
            yield line


def read(path: Path, kind: str, items: Sequence[Mapping[str, Any]] = (), limits: Limits | None = None) -> Table:
    """Read the file at ``path``: its first sheet that has data.

    Args:
        kind: its format in lower case.
        items: the information items of the dataset, to which columns are linked by name.

    Raises:
        CannotRead: it does not become a table; ``code`` says why.
    """
    limits = limits or Limits()
    found = line_reader.sheets(path, kind, most_bytes=limits.megabytes * 1_000_000)
    for sheet in found:
        try:
            place = header_detection.find(sheet)
        except CannotRead:
            continue
        table = _measured(sheet, place, items, limits)
        if table is not None:
            table.other_sheets = tuple(other.name for other in found if other is not sheet and other.name)
            return table
    raise CannotRead("empty")


def _measured(
    sheet: Sheet, place: header_detection.Place, items: Sequence[Mapping[str, Any]], limits: Limits
) -> Table | None:
    kinds, aside, count = columns.Kinds(len(place.headers)), header_detection.Aside(), 0
    rows = header_detection.rows(sheet, place, aside)
    while chunk := list(islice(rows, CHUNK)):
        kinds.add(chunk)
        count += len(chunk)
        if count > limits.rows:
            raise CannotRead("too_many_rows", most=limits.rows)
        if len(kinds.counters) > limits.columns:
            raise CannotRead("too_many_columns", most=limits.columns)
    if not count:
        return None
    decided = columns.decide(place.headers, kinds, items)
    kept = tuple(number for number, column in enumerate(decided) if column)
    table = Table([column for column in decided if column], count, place.notes, sheet.name, (), sheet.encoding)
    table.totals = [_only(row, kept) for row in aside.totals[:20]]
    table.footnotes = aside.footnotes[:20]
    table._sheet, table._place, table._kept = sheet, place, kept
    return table


def _only(row: Sequence[str], kept: Sequence[int]) -> tuple[str, ...]:
    return tuple(row[number] if number < len(row) else "" for number in kept)


__all__ = ["CannotRead", "Limits", "Row", "Table", "read"]
