"""The rows below the header: data, and what stands among them. Every row that is no data is kept, with its reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ckanext.nxopendata.core.tabular.cells import width
from ckanext.nxopendata.core.tabular.layout.header import LOOKED_AT, Header
from ckanext.nxopendata.core.tabular.layout.patterns import (
    ASIDE,
    FOOTNOTE,
    HINT,
    NUMBERED,
    column_kinds,
    numbers_columns,
    simple_kind,
    total_label,
)
from ckanext.nxopendata.core.tabular.layout.second import find_second_tables
from ckanext.nxopendata.core.tabular.layout.totals import find_totals
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream

NOTES_AT_END = 8
"""Rows from the first note to the end of a short table."""

REASONS = ("above", "column_numbers", "repeated_header", "total", "subtotal", "note")
"""Why a row is no row of data, in the order in which such rows stand."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is no data: its line from 1, why (of ``REASONS``), and its cells."""

    line: int
    reason: str
    cells: tuple[str, ...]


@dataclass(slots=True)
class Layout:
    """What a whole sheet holds.

    Attributes:
        set_aside: rows that are no data, in the order of the sheet.
        totals_that_differ: lines of rows that are called totals and do not add up: they stay data.
        second_tables: lines at which another table seems to begin, below the first or beside it.
    """

    set_aside: list[SetAside] = field(default_factory=list)
    totals_that_differ: list[int] = field(default_factory=list)
    second_tables: list[int] = field(default_factory=list)
    lines: frozenset[int] = frozenset()


def read_rows(sheet: SheetStream, header: Header, layout: Layout) -> Iterator[tuple[int, Row]]:
    """Yield the line and the cells of each row of data, each row as long as the header or longer."""
    size = len(header.parts)
    for line, row in islice(sheet.numbered(), header.skipped, None):
        length = len(row) if row and row[-1] else width(row)
        if length and line not in layout.lines:
            yield line, row[:length] + [""] * (size - length) if length < size else row[: max(size, length)]


def survey(sheet: SheetStream, header: Header, take_in: Collection[str] = ()) -> Layout:
    """Read a sheet and find what is no data.

    Args:
        take_in: reasons that do not hold, and lines that are no exception, as text: such rows are data.
    """
    layout = Layout()
    if "above" not in take_in:
        layout.set_aside += [SetAside(line, "above", tuple(row)) for line, row in header.above]
    if not sheet.header_first:
        _find_below(sheet, header, frozenset(take_in), layout)
    layout.set_aside = sorted(
        (row for row in layout.set_aside if str(row.line) not in take_in or row.reason == "above"),
        key=lambda row: row.line,
    )
    if not sheet.header_first:
        layout.second_tables = find_second_tables(sheet, header)
    layout.lines = frozenset(row.line for row in layout.set_aside)
    return layout


def _find_below(sheet: SheetStream, header: Header, take_in: frozenset[str], layout: Layout) -> None:
    size = len(header.parts)
    body = [row for _, row in islice(read_rows(sheet, header, Layout()), LOOKED_AT)]
    notes_are_values = sum(bool(FOOTNOTE.match(row[0])) for row in body) * 4 > len(body) > 1
    said = body if notes_are_values else _without_notes(body)
    if header.lines and said and "column_numbers" not in take_in and numbers_columns(said[0], said[1:]):
        said = said[1:]
    kinds = column_kinds([[cell.strip() for cell in row] for row in said], size)
    names = [parts[-1] if parts else "" for parts in header.parts] or [""]
    candidates: list[tuple[int, str]] = []
    tail: list[SetAside] = []
    last_line = data = 0
    for line, raw in read_rows(sheet, header, Layout()):
        if not last_line and header.lines and "column_numbers" not in take_in and numbers_columns(raw, body[1:]):
            layout.set_aside.append(SetAside(line, "column_numbers", tuple(raw)))
            last_line = line
            continue
        plain = not (tail or HINT.search("\n".join(raw)) or len(raw) - raw.count("") == 1 or raw[0] == names[0])
        if plain:
            last_line = line
            data += 1
            continue
        row = [cell.strip() for cell in raw]
        label = total_label(row, kinds)
        if label:
            candidates.append((line, label))
            data += 1
        elif size > 1 and row[:size] == names and "repeated_header" not in take_in and header.lines:
            layout.set_aside.append(SetAside(line, "repeated_header", tuple(raw)))
        elif (
            size > 1
            and not notes_are_values
            and (
                _is_note(row, kinds, after_gap=bool(tail) or line > last_line + 1)
                or (tail and _goes_on(tail, row, kinds))
            )
        ):
            tail.append(SetAside(line, "note", tuple(raw)))
        else:
            data += 1 + len(tail)
            tail = []
        last_line = line
    if not data:  # a table whose only rows say the same as its header has these rows
        layout.set_aside = [row for row in layout.set_aside if row.reason != "repeated_header"]
    # Totals may stand among the notes at the end, never notes among the data.
    if "note" not in take_in:
        layout.set_aside += tail
    if candidates:
        notes = frozenset(row.line for row in [*layout.set_aside, *tail])
        found = find_totals(lambda: read_rows(sheet, header, Layout(lines=notes)), candidates, kinds)
        layout.totals_that_differ = found.differing
        layout.set_aside += [
            SetAside(line, label, tuple(cells)) for line, label, cells in found.rows if label not in take_in
        ]


def _without_notes(body: Sequence[Row]) -> Sequence[Row]:
    """The first rows without those that begin as notes do, and without all that follow one near the end."""
    first = next((place for place, row in enumerate(body) if FOOTNOTE.match(row[0])), len(body))
    if first and len(body) - first <= NOTES_AT_END:
        return body[:first]
    return [row for row in body if not FOOTNOTE.match(row[0])]


def _goes_on(tail: Sequence[SetAside], row: Row, kinds: Sequence[str]) -> bool:
    """Whether a row is a further note below one that says it is: numbered, and one cell or cut as a note is."""
    said = next((cell for cell in tail[0].cells if cell), "")
    alone = bool(row[0]) and (not any(row[1:]) or _breaks_columns(row, kinds))
    return alone and bool(FOOTNOTE.match(said.strip()) and NUMBERED.match(row[0])) and any(kinds[1:])


def _is_note(row: Row, kinds: Sequence[str], *, after_gap: bool) -> bool:
    """Whether a row breaks the pattern of the columns as a remark does."""
    texts = list(dict.fromkeys(cell for cell in row if cell))
    if not texts:
        return False
    if len(texts) == 1:
        place = row.index(texts[0])
        if place and row.count(texts[0]) == 1:
            return False
        if FOOTNOTE.match(texts[0]) or ASIDE.search(texts[0]):
            return True
        typed = place < len(kinds) and kinds[place] in ("number", "date")
        return after_gap and typed and simple_kind(texts[0]) == "text"
    if not (FOOTNOTE.match(texts[0]) or ASIDE.search(texts[0])):
        return False
    return all(FOOTNOTE.match(text) or ASIDE.search(text) for text in texts) or _is_cut_note(row, kinds)


def _is_cut_note(row: Row, kinds: Sequence[str]) -> bool:
    """Whether a note was cut at the delimiters in it."""
    return bool(row[0] and FOOTNOTE.match(row[0])) and _breaks_columns(row, kinds)


def _breaks_columns(row: Row, kinds: Sequence[str]) -> bool:
    """Whether text stands in every column of numbers and dates that a row reaches."""
    typed = [cell for cell, kind in zip(row, kinds, strict=False) if cell and kind in ("number", "date")]
    return bool(typed) and all(simple_kind(cell) == "text" for cell in typed)
