"""Where the table stands on a sheet: titles, unit lines, headers in one or more rows, totals, footnotes.

Departments publish tables as they print them. What is not a row of data is set aside, not lost: it is shown beside the
table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise

from ckanext.nxopendata.core.tabular.cells import width
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream

LOOKED_AT = 60
"""Lines among which the header is looked for."""

MOST_HEADER_ROWS = 4

UNIT = re.compile(r"(计量|计价|金额|数量)?单\s*位\s*[:：]")
ASIDE = re.compile(
    r"(单\s*位|填报|填表|制表|编制|报送|统计时间|截止|截至|更新时间|数据时间|日\s*期|时\s*间|表\s*号|审核|负责人|联系电话)"
    r"[^:：]{0,12}[:：]"
)
FOOTNOTE = re.compile(
    r"^[（(]?\s*(注|备注|说明|附注|资料来源|数据来源|来源|填表|制表|审核|单位负责人|Source|Note)s?\s*[\d一二三]?\s*[:：)）.]"
)
TOTALS = frozenset({"合计", "总计", "小计", "共计", "累计", "本页合计", "total", "subtotal", "grandtotal"})
NUMBER = re.compile(r"[+-]?[\d,，.]+%?\Z")
YEAR = re.compile(r"(19|20)\d\d(年度?)?\Z")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a table stands.

    Attributes:
        headers: one name a column, "" where the sheet has none; the names of several rows are joined by ``·``.
        first: number of the first line of data, from 0.
        notes: the lines above the header, title and unit.
    """

    headers: tuple[str, ...]
    first: int
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Surroundings:
    """What stands among the data and is not data; filled while :func:`read_rows` is read."""

    totals: list[tuple[str, ...]] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)


def find_table(sheet: SheetStream, most_columns: int) -> Position:
    """Return where the table stands on a sheet.

    Raises:
        UnreadableError: ``empty``: there is no line of data below a header; ``too_many_columns``.
    """
    head = [row[: width(row)] for row in islice(sheet.lines(), LOOKED_AT)]
    if not any(head):
        raise UnreadableError("empty")
    if max(map(len, head)) > most_columns:
        raise UnreadableError("too_many_columns", most=most_columns)
    if sheet.header_first:
        return Position(tuple(head[0]), 1)
    notes, start = _above(head)
    if start >= len(head):
        raise UnreadableError("empty")
    rows = _header_rows(head, start)
    headers = _joined(head[start : start + rows])
    return Position(headers, start + rows, notes)


def _above(head: list[Row]) -> tuple[tuple[str, ...], int]:
    """The lines above the header, and the header's number."""
    widest = max(len(row) for row in head)
    notes: list[str] = []
    for number, row in enumerate(head):
        if not row:
            continue
        texts = list(dict.fromkeys(cell for cell in row if cell))
        alone = len(texts) == 1 and widest > 1
        if alone or all(ASIDE.search(text) for text in texts):
            notes.append("  ".join(texts))
            continue
        return tuple(notes), number
    # Nothing but lonely cells: a table of one column, whose first line is its name.
    return (), next(number for number, row in enumerate(head) if row)


def _header_rows(head: list[Row], start: int) -> int:
    """How many rows the header has: groups above (equal or empty neighbours), names below."""
    rows = 1
    while rows < MOST_HEADER_ROWS and start + rows + 1 < len(head):
        above, below = head[start + rows - 1], head[start + rows]
        if not below or not _continues(above, below):
            break
        rows += 1
    return rows


def _continues(above: Row, below: Row) -> bool:
    size = max(len(above), len(below))
    upper, lower = above + [""] * (size - len(above)), below + [""] * (size - len(below))
    if any(NUMBER.match(cell) and not YEAR.match(cell) for cell in lower):
        return False
    # Merged cells come with their text in every cell; a text file has it in the first and nothing beside it.
    merged = [n for n in range(1, size) if upper[n] and upper[n] == upper[n - 1]]
    grouped = any(lower[n] != lower[n - 1] for n in merged)
    down = [n for n in range(size) if upper[n] and lower[n] in ("", upper[n])]
    if grouped:
        named = {n for m in merged for n in (m - 1, m)}
        others = {n for n in range(size) if upper[n]} - named
        return all(lower[n] for n in named) and (not others or bool(others.intersection(down)))
    gaps = [n for n in range(1, size) if not upper[n]]
    return bool(gaps and down) and all(lower[n] for n in gaps) and upper[0] != ""


def _joined(rows: list[Row]) -> tuple[str, ...]:
    size = max(len(row) for row in rows)
    filled = [row + [""] * (size - len(row)) for row in rows]
    for upper, lower in pairwise(filled):
        for n in range(1, size):
            if not upper[n] and lower[n]:
                upper[n] = upper[n - 1]
    return tuple(_name([row[n] for row in filled]) for n in range(size))


def _name(parts: list[str]) -> str:
    """The name of a column from its header cells, top first: a part that the next one repeats is left out."""
    parts = [" ".join(part.split()) for part in dict.fromkeys(parts) if part]
    kept = [part for n, part in enumerate(parts) if not any(part in later for later in parts[n + 1 :])]
    return "·".join(kept)


def read_rows(sheet: SheetStream, position: Position, surroundings: Surroundings) -> Iterator[Row]:
    """Yield the rows of data, each as long as the header or longer; totals and footnotes go to ``surroundings``."""
    size = len(position.headers)
    held: list[Row] = []
    for row in islice(sheet.lines(), position.first, None):
        length = width(row)
        if not length:
            continue
        row = row[:length] + [""] * (size - length) if length < size else row[: max(size, length)]
        if sheet.header_first:
            yield row
            continue
        if size > 2 and _is_note(row):
            held.append(row)  # at the end it is a footnote, in the middle it is data
            continue
        if _is_total(row):
            surroundings.totals.append(tuple(row))
            continue
        if held:
            yield from held
            held = []
        yield row
    for row in held:
        surroundings.footnotes.append(next(cell for cell in row if cell))


def _is_note(row: Row) -> bool:
    texts = {cell for cell in row if cell}
    if len(texts) == 1:
        return True
    first = next(cell for cell in row if cell)
    return bool(FOOTNOTE.match(first)) and len(texts) <= 3


def _is_total(row: Row) -> bool:
    """A row of totals has no name of its own: its first text says 合计 or the like."""
    first = next((cell for cell in row if cell), "")
    return re.sub(r"[\s\u3000:：]+", "", first).lower() in TOTALS
