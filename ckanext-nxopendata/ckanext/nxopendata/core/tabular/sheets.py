"""Sheets of rows: what every reader here gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Row = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in memory.

    Attributes:
        name: of the worksheet; "" in other files.
        rows: the first row of the file first; a cell is text, "" when it is empty.
        complete: whether the sheet has no more rows than these.
        encoding: of a text, as people call it: UTF-8, UTF-16 or GB18030; "" for others.
    """

    name: str
    rows: Sequence[Sequence[str]]
    complete: bool = True
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class SheetStream:
    """A sheet that is read row by row, as often as one likes.

    Attributes:
        lines: gives an iterator over all rows, anew at each call.
        name, encoding: as of :class:`Sheet`.
        header_first: whether the first row is the header for certain (JSON), so that nobody looks for titles above it.
    """

    lines: Callable[[], Iterator[Row]]
    name: str = ""
    encoding: str = ""
    header_first: bool = False
