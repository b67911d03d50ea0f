"""Where the header of a table stands: rows above it, header rows, and whether there is a header at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from ckanext.nxopendata.core.tabular.cells import width
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout.patterns import ASIDE, UNIT, column_kinds, simple_kind
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream

LOOKED_AT = 60
"""Rows among which the header is looked for."""

MOST_HEADER_ROWS = 5
NARROW = 0.34
"""Share of the usual cells of a row up to which a row at the top is a title or a remark."""

LONGEST_UNIT = 12
ROWS_WITHOUT_HEADER = 3
"""A table of fewer rows is taken to have a header."""

NUMBER = re.compile(r"[+-]?[\d,，.]+%?\Z")
PERIOD = re.compile(r"(19|20)\d\d(\s*年?度?(\s*\d{1,2}\s*月)?(\s*\d{1,2}\s*日)?|[-./]\d{1,2}([-./]\d{1,2})?)\Z")
YEAR = re.compile(r"(19|20)\d\d(年度?)?\Z")


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table.

    Attributes:
        lines: numbers of its rows, from 1; none where the table has no header.
        parts: what stands in these rows for each column, from above, repeated parts once.
        above: the rows above it, with their numbers.
        skipped: rows of the sheet up to the first row of data.
    """

    lines: tuple[int, ...]
    parts: tuple[tuple[str, ...], ...]
    above: tuple[tuple[int, Row], ...] = ()
    skipped: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """One name a column, "" where it has none; the parts of several rows are joined by ``·``."""
        return tuple("·".join(parts) for parts in self.parts)


def find_header(sheet: SheetStream, most_columns: int, lines: Sequence[int] | None = None) -> Header:
    """Return where the header of a sheet stands.

    Args:
        lines: the header rows, where a plan names them; an empty list: there is none.

    Raises:
        UnreadableError: ``empty``: there is no row; ``too_many_columns``; ``plan``: the sheet has no such rows.
    """
    head = [(number, [cell.strip() for cell in row]) for number, row in islice(sheet.numbered(), LOOKED_AT)]
    rows = [row[: width(row)] for _, row in head]
    if not any(rows):
        raise UnreadableError("empty")
    if max(map(len, rows)) > most_columns:
        raise UnreadableError("too_many_columns", most=most_columns, found=max(map(len, rows)))
    numbers = [number for number, _ in head]
    if lines is not None:
        return _planned(rows, numbers, lines)
    if sheet.header_first:
        return Header((numbers[0],), tuple((cell,) for cell in rows[0]), skipped=1)
    lengths = {len(row) for _, row in head if any(row)}
    start, above = _skip_above(rows, merged=sheet.merged_headers, even=min(lengths) if len(lengths) == 1 else 0)
    empty = 0 if sheet.merged_headers else _empty_at_end([row for _, row in head[start:]], most_columns)
    if _has_no_header(rows, start):
        size = max(map(len, rows[start:])) + empty
        return Header((), ((),) * size, _with_numbers(rows, numbers, above), start)
    below = _count_rows(rows, start, merged=sheet.merged_headers)
    count = start + below - _groups_above(rows, start, above)
    start = start + below - count
    parts = _join(rows[start : start + count])
    parts = _drop_gaps(parts, rows[start + count :])
    parts += ((),) * min(empty, most_columns - len(parts))
    above = [place for place in above if place < start]
    return Header(tuple(numbers[start : start + count]), parts, _with_numbers(rows, numbers, above), start + count)


def _planned(rows: list[Row], numbers: list[int], lines: Sequence[int]) -> Header:
    places = [numbers.index(line) for line in lines if line in numbers]
    if len(places) != len(lines):
        raise UnreadableError("plan", reason=", ".join(map(str, lines)))
    if not places:
        first = next(place for place, row in enumerate(rows) if row)
        return Header((), ((),) * max(map(len, rows)), skipped=first)
    above = [place for place in range(places[0]) if rows[place]]
    parts = _join([rows[place] for place in places])
    return Header(tuple(lines), parts, _with_numbers(rows, numbers, above), places[-1] + 1)


def _with_numbers(rows: list[Row], numbers: list[int], places: Sequence[int]) -> tuple[tuple[int, Row], ...]:
    return tuple((numbers[place], rows[place]) for place in places)


def _empty_at_end(rows: list[Row], most_columns: int) -> int:
    """Empty columns at the right end, where nearly every row of a text has them."""
    lengths = Counter(len(row) for row in rows if any(row))
    length, count = lengths.most_common(1)[0]
    empty = length - max(map(width, rows))
    return empty if empty > 0 and length <= most_columns and count >= 0.9 * lengths.total() else 0


def _filled(row: Row, *, merged: bool) -> int:
    """Filled cells of a row; a merged title stands in every cell it covers, side by side, and counts once."""
    return sum(bool(cell) and not (merged and place and cell == row[place - 1]) for place, cell in enumerate(row))


def _skip_above(rows: list[Row], *, merged: bool, even: int) -> tuple[int, list[int]]:
    """The place of the header, and the places of the rows above it.

    Args:
        even: the length of all rows, 0 where it differs.
    """
    usual = _usual_cells(rows)
    if usual == 1 and even > 1 and any(len(row) == even and all(row) for row in rows[1:MOST_HEADER_ROWS]):
        usual = even  # a header names columns that are empty
    remarks = _count_remarks(rows, usual)
    above: list[int] = []
    for place, row in enumerate(rows):
        if not row:
            continue
        filled = _filled(row, merged=merged)
        if not merged and filled > 1 and _count_in_gaps(rows, place):
            return place, above
        alone = filled == 1 and usual > 1
        narrow = usual >= 4 and filled <= NARROW * usual
        remark = place < remarks or (not above and _is_wider_than_table(rows, place, usual))
        if alone or narrow or remark or _is_line_of_form(row, next(filter(None, rows[place + 1 :]), [])):
            above.append(place)
            continue
        return place, above
    # Nothing but lonely cells: a table of one column, whose first row is its name.
    return next(place for place, row in enumerate(rows) if row), []


def _is_line_of_form(row: Row, below: Row) -> bool:
    """Whether a row says the unit, the maker or the period of the table; the period only above a row of names."""
    others = [cell for cell in row if cell and not ASIDE.search(cell)]
    if not others:
        return True
    one_period = len(others) == 1 and PERIOD.match(others[0]) and sum(map(bool, row)) > 1
    named = [cell for cell in below if cell]
    return bool(one_period) and len(named) > 1 and all(simple_kind(cell) == "text" for cell in named)


def _count_remarks(rows: list[Row], usual: int) -> int:
    """How many rows at the top are remarks because they, and no others, begin with ``#``; a full one is the header."""
    marked = [place for place, row in enumerate(rows) if row and row[0].startswith("#")]
    first = next((place for place, row in enumerate(rows) if row and not row[0].startswith("#")), 0)
    if not marked or marked[-1] > first:
        return 0
    return marked[-1] if len(rows[marked[-1]]) >= usual else first


def _is_wider_than_table(rows: list[Row], place: int, usual: int) -> bool:
    """Whether a row at the top has more cells than any below, where the next row is a header by its types."""
    others = [row for row in rows[place + 1 :] if row]
    if len(others) < ROWS_WITHOUT_HEADER or len(rows[place]) <= max(map(len, others)) or len(others[0]) != usual:
        return False
    kinds = column_kinds(others[1:], usual)
    typed = [number for number, kind in enumerate(kinds) if kind in ("number", "date")]
    return bool(typed) and all(simple_kind(others[0][number]) == "text" for number in typed)


def _usual_cells(rows: list[Row]) -> int:
    """The largest number of cells that a fair part of the rows fills: other rows may have gaps."""
    counts = Counter(sum(map(bool, row)) for row in rows if row)
    fair = max(2, 0.1 * counts.total())
    return max((size for size, count in counts.items() if count >= fair), default=max(counts))


def _groups_above(rows: list[Row], start: int, above: list[int]) -> int:
    """The place of a row of groups directly above the header, whose names need it to differ."""
    if not above or above[-1] != start - 1:
        return start
    upper, names = rows[start - 1], rows[start]
    repeated = {name for name, count in Counter(filter(None, names)).items() if count > 1}
    under = [names[place] for place, cell in enumerate(upper) if cell and place < len(names)]
    return start - 1 if len(under) > 1 and not upper[0] and set(under) & repeated else start


def _has_no_header(rows: list[Row], start: int) -> bool:
    """Whether the first row is of the same kinds as the rows below it, column by column."""
    body = [row for row in rows[start:] if row]
    if len(body) < ROWS_WITHOUT_HEADER:
        return False
    first, size = body[0], max(map(len, body))
    kinds = column_kinds(body[1:], size)
    typed = [(cell, kind) for cell, kind in zip(first, kinds, strict=False) if kind in ("number", "date") and cell]
    if not typed or any(simple_kind(cell) not in (kind, "missing") for cell, kind in typed):
        return False
    if all(simple_kind(cell) == "missing" for cell, _ in typed):
        return False
    return not _is_series([cell for cell, _ in typed], body[1:])


def _is_series(cells: list[str], body: list[Row]) -> bool:
    """Whether cells count on by equal steps, as years and months in a header do, and the rows below do not."""
    if all(YEAR.match(cell) for cell in cells):
        return not all(any(YEAR.match(cell) for cell in row) for row in body)
    if len(cells) < 3 or not all(cell.isdecimal() for cell in cells):
        return False

    def counts(row: Sequence[str]) -> bool:
        numbers = [int(cell) for cell in row if cell.isdecimal() and cell.isascii()]
        steps = {right - left for left, right in pairwise(numbers)}
        return len(numbers) > 2 and len(steps) == 1 and 0 not in steps

    return counts(cells) and sum(map(counts, body)) < 0.5 * len(body)


def _count_rows(rows: list[Row], start: int, *, merged: bool) -> int:
    """How many rows the header has: groups above (equal or empty neighbours), names below."""
    if not merged and (below := _count_in_gaps(rows, start)):
        return below + 1
    count = 1
    while count < MOST_HEADER_ROWS and start + count + 1 < len(rows):
        above, below = rows[start + count - 1], rows[start + count]
        body = [row for row in rows[start + count + 1 :] if row]
        if not below or not body or not _continues(above, below, body, merged=merged):
            break
        count += 1
    return count + _names_units(rows, start + count)


def _names_units(rows: list[Row], place: int) -> bool:
    """Whether a row holds nothing new but units of measure, above columns of numbers."""
    if place + 1 >= len(rows) or not any(rows[place]):
        return False
    size = len(rows[place])
    above = rows[place - 1] + [""] * (size - len(rows[place - 1]))
    cells = [
        (cell, kind)
        for cell, upper, kind in zip(rows[place], above, column_kinds(rows[place + 1 :], size), strict=False)
        if cell and cell != upper
    ]
    if not cells or any(kind != "number" for _, kind in cells):
        return False
    if all(UNIT.match(cell) for cell, _ in cells):
        return True
    # Below an empty label, a word in every column of numbers says in what they are measured.
    kinds = column_kinds(rows[place + 1 :], size)
    words = all(len(cell) <= LONGEST_UNIT and simple_kind(cell) == "text" for cell, _ in cells)
    return words and not rows[place][0] and kinds[0] == "text" and len(cells) == kinds.count("number") > 1


def _count_in_gaps(rows: list[Row], start: int) -> int:
    """How many rows below a row of a text name the columns of its groups, an empty row among them; 0 if they do not.

    A text has a merged cell once and gaps behind it. Only rows are taken that fill these gaps and nothing else, the
    last one all of them, where no row of data looks the same.
    """
    for place, row in enumerate(rows[start + 1 : start + MOST_HEADER_ROWS], 1):
        upper = rows[start] + [""] * (len(row) - len(rows[start]))
        members = {number for group in _groups_with_gaps(upper) for number in group}
        named = {number for number, cell in enumerate(row) if cell}
        if not members or 0 in members or not named <= members:
            return 0
        if any(simple_kind(row[number]) != "text" for number in named):
            return 0
        if named == members:
            body = [other for other in rows[start + place + 1 :] if other]
            alike = sum(_fills(other, named) for other in body)  # a header may come again
            return place if alike * 10 < len(body) else 0
    return 0


def _fills(row: Row, places: set[int]) -> bool:
    """Whether exactly some cells of a row are filled."""
    return {number for number, cell in enumerate(row) if cell} == places


def _continues(above: Row, below: Row, body: list[Row], *, merged: bool) -> bool:
    """Whether the row below names the columns of groups in the row above."""
    size = max(len(above), len(below))
    upper, lower = above + [""] * (size - len(above)), below + [""] * (size - len(below))
    if any(NUMBER.match(cell) and not YEAR.match(cell) for cell in lower):
        return False
    if merged:
        # Merged cells come with their text in every cell.
        repeated = [n for n in range(1, size) if upper[n] and upper[n] == upper[n - 1]]
        if any(lower[n] != lower[n - 1] for n in repeated):
            named = {n for m in repeated for n in (m - 1, m)}
            others = {n for n in range(size) if upper[n]} - named
            down = {n for n in range(size) if upper[n] and lower[n] in ("", upper[n])}
            return all(lower[n] for n in named) and others <= down | named
        if repeated and lower == upper:
            return False
        if _spans(upper) and all(lower[n] == upper[n] for n in range(size) if upper[n] and n not in repeated):
            return bool(repeated) and any(lower[n] for n in range(size))
    groups = _groups_with_gaps(upper)
    if not groups or not all(lower[n] for group in groups for n in group):
        return False
    members = {n for group in groups for n in group}
    if any(lower[n] and lower[n] != upper[n] for n in range(size) if n not in members):
        return False
    kinds = column_kinds(body, size)
    return any(kinds[n] in ("number", "date") and simple_kind(lower[n]) == "text" for n in members)


def _spans(row: Row) -> bool:
    return any(left and left == right for left, right in pairwise(row))


def _groups_with_gaps(row: Row) -> list[list[int]]:
    """Columns of each cell that has empty cells to its right: a text file has a merged cell once, and gaps."""
    groups: list[list[int]] = []
    for number, cell in enumerate(row):
        if cell:
            groups.append([number])
        elif groups:
            groups[-1].append(number)
        else:
            return []
    return [group for group in groups if len(group) > 1]


def _join(rows: list[Row]) -> tuple[tuple[str, ...], ...]:
    size = max(len(row) for row in rows)
    filled = [row + [""] * (size - len(row)) for row in rows]
    for place, upper in enumerate(filled):
        for n in range(1, size):
            if not upper[n] and any(lower[n] for lower in filled[place + 1 :]):
                upper[n] = upper[n - 1]
    return tuple(_parts([row[n] for row in filled]) for n in range(size))


def _parts(parts: list[str]) -> tuple[str, ...]:
    """The parts of a name, from above: one that the next repeats is left out."""
    parts = [" ".join(part.split()) for part in dict.fromkeys(parts) if part]
    return tuple(part for n, part in enumerate(parts) if not any(part in later for later in parts[n + 1 :]))


def _drop_gaps(parts: tuple[tuple[str, ...], ...], body: list[Row]) -> tuple[tuple[str, ...], ...]:
    """The header without empty cells by which it is longer than every row: a delimiter too many moved its names."""
    longest = max((len(row) for row in body), default=len(parts))
    surplus = len(parts) - longest
    gaps = [number for number, names in enumerate(parts) if not names]
    if 0 < surplus == len(gaps):
        return tuple(names for names in parts if names)
    return parts
