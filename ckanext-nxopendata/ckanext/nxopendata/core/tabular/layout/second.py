"""Another table on the same sheet: below the first after an empty row, or beside it after an empty column.

Its rows stay where they are: they are told, and people choose one of the tables in the plan of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ckanext.nxopendata.core.tabular.cells import width
from ckanext.nxopendata.core.tabular.layout.header import LOOKED_AT, Header
from ckanext.nxopendata.core.tabular.layout.patterns import column_kinds, simple_kind
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream

ROWS = 2
"""Rows that a table has below its header."""


def find_second_tables(sheet: SheetStream, header: Header) -> list[int]:
    """Return the lines at which another table seems to begin, among the first rows of a sheet."""
    lines = find_tables_below(sheet, header)
    if header.lines and find_gap(sheet, header):
        lines.insert(0, header.lines[-1])
    return lines


def find_tables_below(sheet: SheetStream, header: Header) -> list[int]:
    """Return the lines at which another table seems to begin below the first."""
    body = _read_body(sheet, header)
    return [body[place][0] for place in range(1, len(body)) if _begins_table(body, place)]


def _read_body(sheet: SheetStream, header: Header) -> list[tuple[int, Row]]:
    rows = [(line, [cell.strip() for cell in row]) for line, row in islice(sheet.numbered(), LOOKED_AT)]
    return [(line, row[: width(row)]) for line, row in rows[header.skipped :]]


def _begins_table(body: Sequence[tuple[int, Row]], place: int) -> bool:
    """Whether a table begins at a row after an empty one: with its header, or with a title above that.

    A header is text above columns of numbers that were other columns before.
    """
    line, row = body[place]
    previous, before = body[place - 1]
    if before and line == previous + 1:
        return False
    if len(row) == 1 and place + 1 < len(body):
        place += 1
        row = body[place][1]
    if len(row) < 2 or not all(row):
        return False
    above = [cells for _, cells in body[:place] if len(cells) > 1]
    below = [cells for _, cells in body[place + 1 :] if cells]
    if len(above) < ROWS or len(below) < ROWS or any(simple_kind(cell) != "text" for cell in row):
        return False
    size = max(len(row), *map(len, above))
    upper, lower = column_kinds(above, size), column_kinds(below, size)
    typed = [number for number in range(len(row)) if lower[number] in ("number", "date")]
    return bool(typed) and (upper != lower or any(upper[number] in ("number", "date") for number in typed))


def find_gap(sheet: SheetStream, header: Header) -> int:
    """Return the number, from 0, of an empty column without a name that parts two groups of named ones; 0 for none."""
    named = [bool(parts) for parts in header.parts]
    body = _read_body(sheet, header)
    gaps = [
        place
        for place in range(2, len(named) - 2)
        if not named[place] and not any(place < len(row) and row[place] for _, row in body)
    ]
    return gaps[0] if len(gaps) == 1 and all(named[: gaps[0]]) and all(named[gaps[0] + 1 :]) else 0
