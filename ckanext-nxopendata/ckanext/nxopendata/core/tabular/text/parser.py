"""Records of a delimited text, read so that a slip stays in its line.

A quotation mark that nobody closed would swallow the rows after it; a mark inside a cell would end it. Both are read as
the signs they are, and told with their line.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Finding, Row
from ckanext.nxopendata.core.tabular.text.dialect import Dialect

Unmask = Callable[[str], str]

TRICK = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]|=\"|'")
"""Signs that keep a spreadsheet program from spoiling a cell, or that nobody sees."""

LONGEST_CELL = 8 * 1024 * 1024
MOST_LINES_OF_A_CELL = 2000
MOST_LINES_IN_VAIN = 20_000
MOST_TRIES = 40
"""Quotation marks in further lines that are tried as the end of a cell."""

SUSPICIOUS_LINES = 4
"""Lines of a cell from which it is asked whether each of them is a record: in two or three that may be chance."""

MOST_FINDINGS = 100


@dataclass(slots=True)
class Findings:
    """What is wrong in a text: how often, and where the first of each kind stands."""

    counts: Counter[str] = field(default_factory=Counter)
    first: list[Finding] = field(default_factory=list)

    def add(self, code: str, line: int, text: str = "") -> None:
        """Note something wrong in a line, numbered from 1."""
        self.counts[code] += 1
        if len(self.first) < MOST_FINDINGS:
            self.first.append(Finding(code, line, text[:200]))

    def clear(self) -> None:
        """Forget everything, before the text is read again."""
        self.counts.clear()
        self.first.clear()


def parse(
    lines: Iterable[str],
    dialect: Dialect,
    findings: Findings,
    *,
    repair: bool = True,
    unmask: Unmask | None = None,
) -> Iterator[tuple[int, Row]]:
    """Yield the number of each record's first line, from 1, and its cells; empty lines are empty rows.

    Args:
        lines: the lines of the text with their ends, whichever these are.
        findings: takes what is wrong; it is filled while the rows are read.
        repair: whether a line with other delimiters is read by these.
        unmask: takes off what hides a cell from spreadsheet programs; asked for lines that may have it.

    Raises:
        UnreadableError: ``broken``: a line is too long to be one.
    """
    delimiter, quote, width = dialect.delimiter, dialect.quote, dialect.width
    source = _Lines(lines)
    for line in source:
        number = source.number
        if len(line) > LONGEST_CELL:
            raise UnreadableError("broken", reason=f"line {number}: {LONGEST_CELL // 1024**2} MB")
        if number == 1:
            line = line.lstrip("\ufeff")
        if "\ufffd" in line:
            findings.add("bad_bytes", number, line.strip())
        if "\0" in line:
            findings.add("nul", number, line.strip())
            line = line.replace("\0", "")
        if not quote or quote not in line:
            text = line.rstrip("\r\n")
            if not text:
                yield number, []
                continue
            row = dialect.split(text)
            if repair and len(row) == 1 and width > 2:
                row = _split_otherwise(text, dialect, findings, number) or row
        else:
            row = _parse_quoted(line, source, dialect, findings, number, MOST_TRIES if repair else 3)
        if width > 1 and len(row) > width and any(row[width:]) and delimiter.strip():
            findings.add("more_cells", number, delimiter.join(row))
        if unmask is not None and TRICK.search(line):
            row = [unmask(cell) for cell in row]
        yield number, row


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: list[str] = []
        self.number = 0
        self.reach = MOST_LINES_OF_A_CELL
        self._in_vain = 0

    def note_failure(self, lines: int) -> None:
        """Look less far ahead for the end of a cell once that was often in vain."""
        self._in_vain += lines
        if self._in_vain > MOST_LINES_IN_VAIN:
            self.reach = 10

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.number += 1
        return line

    def put_back(self, lines: list[str]) -> None:
        self._back += reversed(lines)
        self.number -= len(lines)


def _parse_quoted(line: str, source: _Lines, dialect: Dialect, findings: Findings, number: int, most_tries: int) -> Row:
    """The cells of a record that holds quotation marks; it may go on in the lines below."""
    if dialect.width and (row := _parse_plain(line, dialect)) is not None:
        return row
    record = first = split_record(line.rstrip("\r\n"), dialect)
    if not record.open:
        return _repair(line.rstrip("\r\n"), record, dialect, findings, number)
    parts, size, tries = [line], len(line), 0
    for following in source:
        parts.append(following)
        size += len(following)
        if dialect.closes(following):
            record = split_record("".join(parts).rstrip("\r\n"), dialect)
            tries += 1
            if not record.open:
                break
        if tries >= most_tries or len(parts) > source.reach or size > LONGEST_CELL:
            break
    if not record.open and not _swallows(parts, first, record, dialect):
        return record.cells
    # The mark was never closed, or the next one opens another cell: it is a sign of its line alone.
    source.put_back(parts[1:])
    source.note_failure(len(parts))
    findings.add("open_quote", number, line.strip())
    text = line.rstrip("\r\n")
    return _repair(text, split_record(text, dialect), dialect, Findings(), number)


def _parse_plain(line: str, dialect: Dialect) -> Row | None:
    """The cells of a line that is right in all, by Python's parser, which is faster; None for any other."""
    if not dialect.is_plain:
        return None
    try:
        row = next(csv.reader((line,), delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True))
    except csv.Error:
        return None
    return row if len(row) == dialect.width else None


def _swallows(parts: list[str], first: Record, record: Record, dialect: Dialect) -> bool:
    """Whether a record of several lines is several records, of which one has a quotation mark too many.

    Args:
        first: the first line alone, in which a cell is open.
        record: all lines together.
    """
    if len(record.cells) != dialect.width:
        return bool(record.stray) or (dialect.width > 1 and _lines_fit(parts, dialect))
    if dialect.width < 2 or (not record.stray and len(parts) < SUSPICIOUS_LINES):
        return False
    alone = _repair(parts[0].rstrip("\r\n"), first, dialect, Findings(), 0)
    return len(alone) == dialect.width and _lines_fit(parts, dialect)


def _lines_fit(parts: list[str], dialect: Dialect) -> bool:
    """Whether the lines after the first are records of their own; of many, nearly all."""
    others = [part.rstrip("\r\n") for part in parts[1:]]
    cells = (_repair(text, split_record(text, dialect), dialect, Findings(), 0) for text in others)
    return sum(len(row) != dialect.width for row in cells) <= len(others) // 10


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record.

    Attributes:
        open: whether its last quotation mark is not closed.
        stray: numbers of the quoted cells that hold a mark that is neither doubled nor at the end.
    """

    cells: Row
    open: bool = False
    stray: tuple[int, ...] = ()


def _repair(text: str, record: Record, dialect: Dialect, findings: Findings, number: int) -> Row:
    """The cells, a mark that opens no cell read as a sign where that gives as many cells as the table has."""
    suspects = [*record.stray, *([len(record.cells) - 1] if record.open else [])]
    if suspects and (record.open or len(record.cells) != dialect.width):
        for suspect in suspects:
            other = split_record(text, dialect, literal=suspect)
            if not other.open and len(other.cells) == dialect.width:
                findings.add("stray_quote", number, text)
                return other.cells
        unquoted = dialect.split(text)
        if len(unquoted) == dialect.width:
            findings.add("stray_quote", number, text)
            return unquoted
        if record.open:
            findings.add("stray_quote", number, text)
            return split_record(text, dialect, literal=suspects[-1]).cells
    if len(record.cells) == 1 and dialect.width > 2:
        return _split_otherwise(text, dialect, findings, number) or record.cells
    return record.cells


def _split_otherwise(text: str, dialect: Dialect, findings: Findings, number: int) -> Row:
    """The cells of a line that has other delimiters than the rest of the text, if they are as many; else none."""
    for delimiter in ("\t", ";", ",", "|", " "):
        if delimiter != dialect.delimiter and text.count(delimiter) >= dialect.width - 1:
            cells = split_record(text, dialect.but(delimiter)).cells
            if len(cells) == dialect.width:
                findings.add("other_delimiter", number, text)
                return cells
    return []


def split_record(text: str, dialect: Dialect, literal: int = -1) -> Record:
    """Cut a record into cells.

    Args:
        literal: number of a cell whose opening quotation mark is a sign of it.
    """
    delimiter, quote, size = dialect.delimiter, dialect.quote, len(dialect.delimiter)
    cells: Row = []
    stray: list[int] = []
    position, end = 0, len(text)
    while True:
        start = position
        if dialect.space_after:
            while start < end and text[start] == " ":
                start += 1
        if start < end and quote and text[start] == quote and len(cells) != literal:
            cell, position, clean = _quoted(text, start + 1, dialect)
            if position < 0:
                cells.append(text[start + 1 :])
                return Record(cells, open=True, stray=tuple(stray))
            if not clean:
                stray.append(len(cells))
            cells.append(cell)
        else:
            found = text.find(delimiter, start)
            position = end if found < 0 else found
            cells.append(text[start:position])
        if position >= end:
            return Record(cells, stray=tuple(stray))
        position += size


def _quoted(text: str, start: int, dialect: Dialect) -> tuple[str, int, bool]:
    """A quoted cell, where its delimiter stands (-1: it is not closed), and whether all marks in it are doubled."""
    quote, delimiter, escape = dialect.quote, dialect.delimiter, dialect.escape
    parts: list[str] = []
    clean, position, end = True, start, len(text)
    while True:
        found = text.find(quote, position)
        if found < 0:
            return "", -1, clean
        if escape and found > start and text[found - 1] == escape and _is_escaped(text, found, dialect):
            parts.append(text[position : found - 1] + quote)
            position = found + 1
            continue
        if text[found + 1 : found + 2] == quote:
            parts.append(text[position : found + 1])
            position = found + 2
            continue
        after = found + 1
        while after < end and text[after] == " " and delimiter != " ":
            after += 1
        if after >= end or text.startswith(delimiter, after):
            parts.append(text[position:found])
            return "".join(parts), min(after, end), clean
        parts.append(text[position : found + 1])
        position, clean = found + 1, False


def _is_escaped(text: str, position: int, dialect: Dialect) -> bool:
    """Whether a mark after a backslash belongs to its cell: it does not end it, or the next mark does that.

    In ``"C:\\","D:\\"`` the first cell ends with a backslash; in ``"say \\"yes\\", then"`` the comma is inside.
    """
    quote, delimiter = dialect.quote, dialect.delimiter
    if not _ends_cell(text, position + 1, delimiter):
        return True
    following = text.find(quote, position + 1)
    if following < 0:
        return False
    opens = text.endswith(delimiter, 0, following) or text[:following].endswith(delimiter + " ")
    return not opens and (_ends_cell(text, following + 1, delimiter) or text[following - 1] == dialect.escape)


def _ends_cell(text: str, position: int, delimiter: str) -> bool:
    return position >= len(text) or text.startswith(delimiter, position)
