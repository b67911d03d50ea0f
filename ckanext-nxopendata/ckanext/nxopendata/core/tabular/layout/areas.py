"""Parts of a sheet: one of several tables, as people name a range of rows and columns in a spreadsheet program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ckanext.nxopendata.core.tabular.layout.header import Header
from ckanext.nxopendata.core.tabular.layout.second import find_gap, find_tables_below
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream

_AREA = re.compile(r"([A-Z]{0,3})(\d{0,7}):([A-Z]{0,3})(\d{0,7})")


class Area(NamedTuple):
    """Rows and columns of a sheet, from 1; 0 at the end: to the last."""

    top: int
    left: int
    bottom: int
    right: int


def parse(text: str) -> Area | None:
    """Return the area that ``A1:D20``, ``3:20``, ``22:`` (to the last row) or ``E:G`` names; None for other texts."""
    found = _AREA.fullmatch(text.strip().upper())
    if found is None or not any(found.groups()):
        return None
    left, top, right, bottom = found.groups()
    area = Area(int(top or 1), _number(left) or 1, int(bottom or 0), _number(right))
    sound = (
        area.top > 0 and (not area.bottom or area.bottom >= area.top) and (not area.right or area.right >= area.left)
    )
    return area if sound else None


def restrict(sheet: SheetStream, area: Area) -> SheetStream:
    """Return a sheet with the cells of an area only; rows keep their lines."""

    def read() -> Iterator[tuple[int, Row]]:
        for line, row in sheet.numbered():
            if area.bottom and line > area.bottom:
                return
            if line >= area.top:
                yield line, list(row[area.left - 1 : area.right or None])

    known = {name: value for name, value in sheet.dialect.items() if name in ("codec", "delimiter", "bad_bytes")}
    return replace(sheet, numbered=read, dialect=known)


def suggest(sheet: SheetStream, header: Header) -> tuple[str, ...]:
    """Return the areas of the tables that seem to stand on a sheet; empty for one."""
    if sheet.header_first or not header.lines:
        return ()
    if lines := find_tables_below(sheet, header):
        first = min(header.lines)
        ends = [*(str(line - 1) for line in lines), ""]
        return tuple(f"{start}:{end}" for start, end in zip([first, *lines], ends, strict=True))
    if gap := find_gap(sheet, header):
        return (f"A:{_letters(gap)}", f"{_letters(gap + 2)}:{_letters(len(header.parts))}")
    return ()


def _number(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA; 0 for ""."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
