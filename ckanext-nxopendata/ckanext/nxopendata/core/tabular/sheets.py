"""Sheets of rows: what every reader here gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Row = list[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file that people can set right: a code, the line from 1, and the beginning of its text."""

    code: str
    line: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in memory.

    Attributes:
        name: of the worksheet; "" in other files.
        rows: the first row of the file first; a cell is text, "" when it is empty.
        complete: whether the sheet has no more rows than these.
        encoding: of a text, as people call it: UTF-8, UTF-16 or GB18030; "" for others.
        left_out: what the sheet hides or has no value for: code -> number.
        lines: numbers of the rows on the sheet, where some are not given; empty: all are.
    """

    name: str
    rows: Sequence[Sequence[str]]
    complete: bool = True
    encoding: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    lines: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class SheetStream:
    """A sheet that is read row by row, as often as one likes.

    Attributes:
        numbered: gives an iterator over all rows with their line in the file, from 1, anew at each call.
        name, encoding: as of :class:`Sheet`.
        header_first: whether the first row is the header for certain (JSON), so that nobody looks for titles above it.
        merged_headers: whether groups of a header may come as merged cells: on worksheets, not in texts.
        left_out: as of :class:`Sheet`.
        findings: returns what was wrong in the lines read last: how often each, and the first of them.
        dialect: how a text is written, as a plan has it; empty for others.
    """

    numbered: Callable[[], Iterator[tuple[int, Row]]]
    name: str = ""
    encoding: str = ""
    header_first: bool = False
    merged_headers: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    findings: Callable[[], tuple[Mapping[str, int], Sequence[Finding]]] = lambda: ({}, ())
    dialect: Mapping[str, object] = field(default_factory=dict)

    def lines(self) -> Iterator[Row]:
        """Return an iterator over all rows."""
        return (row for _, row in self.numbered())
