"""Which rows of a spool are no data: the few that may be notes or totals are found by column, then judged by row."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import pyarrow as pa
import pyarrow.compute

from ckanext.nxopendata.core.tabular.layout import rows as layout_rows
from ckanext.nxopendata.core.tabular.layout.header import LOOKED_AT, Header
from ckanext.nxopendata.core.tabular.layout.patterns import ASIDE, FOOTNOTE, SUBTOTALS, TOTALS
from ckanext.nxopendata.core.tabular.layout.rows import Layout
from ckanext.nxopendata.core.tabular.sheets import Row, SheetStream
from ckanext.nxopendata.tables.reader.arrays import holds
from ckanext.nxopendata.tables.reader.spool import LINE, Spool, list_rows

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

SPACE = r"[\s\x{3000}:：]*"
TOTAL = f"(?i)^{SPACE}(?:{'|'.join(SPACE.join(word) for word in sorted(TOTALS | SUBTOTALS))}){SPACE}$"
NOTE = f"(?i)(?:{FOOTNOTE.pattern})|(?:{ASIDE.pattern})".replace(r"\s", r"[\s\x{3000}]").replace(r"\d", "0-9０-９")
IN_TOTALS = ("计".encode(), b"l", b"L")
IN_NOTES = (b":", b")", b".", "：".encode(), "）".encode())
"""What stands in every total and in every note: a column without it is not looked through cell by cell."""

LABELS = 4
"""Cells among which the label of a total stands."""

MOST_CANDIDATES = 20_000
"""Rows that may be no data and are kept in memory; where there are more, all rows are read one by one."""


class Candidates:
    """The first rows of a table, those that may be notes, and the neighbours of these, picked as its batches pass.

    Attributes:
        rows: those that were picked; None where all rows must be read.
    """

    def __init__(self, header: Header) -> None:
        names = [(place, parts[-1]) for place, parts in enumerate(header.parts) if parts and parts[-1]]
        self._place, self._name = (names or [(0, "")])[0]
        self.rows: list[tuple[int, Row]] | None = []
        self._last: tuple[int, Row] | None = None
        self._wanted_next = False

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at a batch."""
        kept = self.rows
        if kept is None or not batch.num_rows:
            return
        columns = batch.columns[1:]
        if _any_matches([column for column in columns[:LABELS] if holds(column, *IN_TOTALS)], TOTAL):
            self.rows = None
            return
        places = {place + near for place in _candidates(columns, self._place, self._name) for near in (-1, 0, 1)}
        if not kept:
            places |= set(range(LOOKED_AT))
        if self._wanted_next:
            places.add(0)
        if -1 in places and self._last is not None and (not kept or kept[-1][0] < self._last[0]):
            kept.append(self._last)
        self._wanted_next = batch.num_rows in places
        inside = sorted(place for place in places if 0 <= place < batch.num_rows)
        kept += list_rows(batch.take(pa.array(inside, pa.int64())))
        self._last = next(list_rows(batch.slice(batch.num_rows - 1)))
        if len(kept) > MOST_CANDIDATES:
            self.rows = None


def survey(
    sheet: SheetStream, header: Header, spool: Spool, candidates: Candidates, take_in: Collection[str]
) -> Layout:
    """Return what :func:`layout.rows.survey` finds in the rows of a sheet, whose data are in a spool.

    Args:
        candidates: picked from the batches of the spool.
    """
    if sheet.header_first:
        return layout_rows.survey(sheet, header, take_in)
    head = list(islice(sheet.numbered(), header.skipped))
    sparse = candidates.rows
    rows = replace(sheet, numbered=lambda: chain(head, spool.numbered() if sparse is None else sparse))
    return layout_rows.survey(rows, header, take_in)


def _any_matches(columns: list[pa.Array], pattern: str) -> bool:
    return any(pc.any(pc.match_substring_regex(column, pattern)).as_py() for column in columns)


def _candidates(columns: list[pa.Array], place: int, name: str) -> list[int]:
    """Places of rows that have one cell, begin as a note does, or repeat the header: ``name`` at ``place``."""
    if len(columns) < 2:
        return []
    found = pa.repeat(pa.scalar(False), len(columns[0]))
    filled = [pc.not_equal(column, "") for column in columns]
    full = [place for place, one in enumerate(filled) if pc.all(one).as_py()]
    if len(full) < 2:
        count = filled[0].cast(pa.int32())
        for one in filled[1:]:
            count = pc.add(count, one.cast(pa.int32()))
        found = pc.equal(count, 1)
    # The first filled cell of each row stands in the columns up to one that has no gap.
    leading = list(zip(filled, columns, strict=True))[: full[0] + 1 if full else None]
    if any(holds(column, *IN_NOTES) for _, column in leading):
        first = pc.coalesce(*(pc.if_else(one, column, None) for one, column in leading))
        found = pc.or_(found, pc.fill_null(pc.match_substring_regex(pc.utf8_trim_whitespace(first), NOTE), False))
    if name and holds(columns[place], name.encode()):
        found = pc.or_(found, pc.equal(pc.utf8_trim_whitespace(columns[place]), name))
    return pc.indices_nonzero(found).to_pylist()


def drop_lines(batches: Iterator[pa.RecordBatch], lines: Collection[int]) -> Iterator[pa.RecordBatch]:
    """Yield the batches without some lines."""
    gone = pa.array(sorted(lines), pa.int64())
    for batch in batches:
        if lines and pc.any(pc.is_in(batch.column(LINE), gone)).as_py():
            batch = batch.filter(pc.invert(pc.is_in(batch.column(LINE), gone)))
        if batch.num_rows:
            yield batch
