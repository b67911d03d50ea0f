"""The cells of one worksheet while it is read: limits, merged cells, hidden parts, for every kind of workbook."""

from __future__ import annotations

import heapq
import re
from array import array
from collections import Counter
from collections.abc import Sequence

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet
from ckanext.nxopendata.core.tabular.workbook.packed_rows import PackedRows, pack, unpack

LABELS = re.compile(r"序号|年份|年度|代码|编号|编码|区划|\byear\b|\bid\b|\bno\b", re.IGNORECASE)
"""Headers of numbers that name a row, so that a merged one stands for each of its rows."""

ROWS_OF_HEADER = 8
MOST_COLUMNS = 16_384
LONGEST_CELL = 1_000_000
"""Characters of a cell; Excel holds 32,767."""


class Grid:
    """The rows of a sheet by their line, from 1, and what is known of them.

    Args:
        as_form: whether everything that people filled in is wanted: hidden parts too, and a merged cell, whatever it
            holds, for every cell that it covers.
    """

    def __init__(self, most_cells: int, most_merged: int, *, as_form: bool) -> None:
        self.most_cells, self.most_merged, self.as_form = most_cells, most_merged, as_form
        self.cells = 0
        self.left_out: Counter[str] = Counter()
        self.rows: dict[int, bytes] = {}
        self._numbers: dict[int, bytearray] = {}
        self.hidden_columns: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []

    def put(self, row: Row, line: int, place: int, text: str, *, is_number: bool) -> None:
        """Write a cell that is not empty into a row.

        Raises:
            UnreadableError: ``too_many_cells`` or ``too_large``.
        """
        if len(text) > LONGEST_CELL:
            raise UnreadableError("too_large", reason=f"{LONGEST_CELL // 1000:,} kB")
        self.cells += 1
        if self.cells > self.most_cells:
            raise UnreadableError("too_many_cells", reason=f"{self.most_cells:,}")
        while len(row) <= place:
            row.append("")
        row[place] = text
        if is_number:
            self._note_number(line, place)

    def _note_number(self, line: int, place: int) -> None:
        """Remember that a cell is an amount, in one bit."""
        bits = self._numbers.setdefault(place, bytearray())
        if len(bits) <= line >> 3:
            bits += bytes(max((line >> 3) + 1, 2 * len(bits)) - len(bits))
        bits[line >> 3] |= 1 << (line & 7)

    def _is_number(self, line: int, place: int) -> bool:
        bits = self._numbers.get(place, b"")
        return len(bits) > line >> 3 and bool(bits[line >> 3] & 1 << (line & 7))

    def add(self, line: int, row: Row, *, hidden: bool) -> None:
        """Keep a row, or count it where the sheet hides it."""
        if hidden and not self.as_form:
            self.left_out["hidden_rows"] += any(row)
        elif any(row):
            self.rows[line] = pack(row)

    def to_sheet(self, name: str, *, complete: bool = True) -> Sheet:
        """Return the sheet with its merged cells filled and without its hidden columns.

        Raises:
            UnreadableError: ``too_many_cells``.
        """
        self._fill_merged()
        self._drop_hidden_columns()
        lines = array("q", sorted(self.rows))
        rows = PackedRows([self.rows.pop(line) for line in lines])
        return Sheet(name, rows, complete, left_out=dict(self.left_out), lines=lines)

    def _fill_merged(self) -> None:
        filled = 0
        last = max(self.rows, default=0)
        top_lines = heapq.nsmallest(ROWS_OF_HEADER, self.rows)
        for top, left, bottom, right in self.merged:
            source = self._get(top)
            if left >= len(source) or not source[left]:
                continue
            bottom, right = min(bottom, last), min(right, MOST_COLUMNS - 1)
            filled += (bottom - top + 1) * (right - left + 1)
            if filled > self.most_merged:
                raise UnreadableError("too_many_cells", reason=f"{self.most_merged:,}")
            text = source[left]
            is_amount = self._is_number(top, left) and not self.as_form
            if is_amount and bottom > top and not self._names_rows(left, top_lines):
                self.left_out["merged_amounts"] += 1
                bottom = top
            for line in range(top, bottom + 1):
                if line not in self.rows:
                    continue
                row = self._get(line)
                row += [""] * (right + 1 - len(row))
                row[left : right + 1] = [text] * (right - left + 1)
                self.rows[line] = pack(row)

    def _get(self, line: int) -> Row:
        packed = self.rows.get(line)
        return unpack(packed) if packed is not None else []

    def _names_rows(self, column: int, lines: Sequence[int]) -> bool:
        """Whether the header of a column of numbers, in one of these lines, says that they name their row."""
        rows = map(self._get, lines)
        return any(column < len(row) and LABELS.search(row[column]) for row in rows)

    def _drop_hidden_columns(self) -> None:
        if self.as_form:
            return
        if not self.hidden_columns:
            return
        dropped = {
            place
            for row in map(unpack, self.rows.values())
            for place, cell in enumerate(row)
            if cell and place in self.hidden_columns
        }
        if not dropped:
            return
        self.left_out["hidden_columns"] = len(dropped)
        for line, packed in list(self.rows.items()):
            row = [cell for place, cell in enumerate(unpack(packed)) if place not in self.hidden_columns]
            if any(row):
                self.rows[line] = pack(row)
            else:
                del self.rows[line]
