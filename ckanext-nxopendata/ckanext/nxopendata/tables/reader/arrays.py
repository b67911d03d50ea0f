"""Columns of text as arrays: what their cells look like, and the values of the database."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as arrow_csv

from ckanext.nxopendata.core.tabular.values import dates
from ckanext.nxopendata.core.tabular.values.kinds import classify, normalize
from ckanext.nxopendata.core.tabular.values.types import CellCounts, TableCounts
from ckanext.nxopendata.tables.reader import columns
from ckanext.nxopendata.tables.reader.columns import Column

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

SPACE = " \t\r\n\u3000\u00a0\u200b\ufeff"
"""Signs that are cut off at both ends of a cell."""

SPACES = (*(bytes([sign]) for sign in b" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f"), b"\xc2\xa0", b"\xc2\x85", b"\xe1\x9a\x80")
SPACES += (b"\xe2\x80", b"\xe2\x81", b"\xe3\x80\x80", b"\xef\xbb\xbf")
"""First bytes, in UTF-8, of all signs that are space or nothing."""

PLAIN_INT = "^-?(?:0|[1-9][0-9]{0,14})$"
PLAIN_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,8}$"
"""Cells that :func:`values.kinds.classify` calls ``int`` and ``num`` for certain."""

PLAIN = {"int": PLAIN_INT, "num": PLAIN_DECIMAL}
PLAIN_NUMBER = r"^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?$"
NUMBER_OF_DATABASE = re.compile(PLAIN_NUMBER)
COMPACT_DAY = "^(?:19|20)[0-9]{6}$"
DAY = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
ISO = {"date": f"^{DAY}$", "timestamp": f"^{DAY} (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"}
"""Days and times that PostgreSQL reads as they are written; that they exist was seen when the type was decided."""

MOST_TEXTS = 1000
"""Cells that are text after which a column is text, whatever follows."""

ONE_WORD = "^[0-9A-Za-z]{1,64}$"
MOST_SIGNS = 2000
"""Of a cell that are looked for words."""

MOST_SIGNS_OF_A_ROW = 100_000
"""Keeps the words of a row below the 1 MB that PostgreSQL takes."""

FEW = 2000
"""Different cells of a batch that are looked at one by one."""


# What cells look like


def holds(cells: pa.Array, *texts: bytes) -> bool:
    """Whether any of some texts stands in the bytes of a column; far cheaper than a look at its cells."""
    buffer = cells.buffers()[-1]
    if buffer is None:
        return False
    content = buffer.to_pybytes()
    return any(text[:1] in content and text in content for text in texts)


def count_cells(counts: TableCounts, cells: Sequence[pa.Array]) -> None:
    """Count what the cells of each column look like; columns beyond those known open."""
    counts.columns += [CellCounts() for _ in range(len(cells) - len(counts.columns))]
    for column, array in zip(counts.columns, cells, strict=False):
        if column.kinds["text"] <= MOST_TEXTS:
            _count(column, array)


def _count(counts: CellCounts, cells: pa.Array) -> None:
    some = cells.slice(0, 2 * FEW)
    if len(some) == 2 * FEW and len(some.unique()) > FEW:
        cells = _count_plain(counts, cells)
        if not len(cells):
            return
    _count_different(counts, cells)


def _count_plain(counts: CellCounts, cells: pa.Array) -> pa.Array:
    """Count the plain numbers of a column whose cells hardly repeat; return the other cells."""
    for kind, pattern in sorted(PLAIN.items(), key=lambda entry: -counts.kinds[entry[0]]):
        mask = pc.match_substring_regex(cells, pattern)
        number = pc.sum(mask).as_py() or 0
        if not number:
            continue
        counts.kinds[kind] += number
        counts.compact_months = False
        if kind == "int" and counts.compact_days:
            counts.compact_days = _are_compact_days(cells.filter(mask))
        if number == len(cells):
            return cells.slice(0, 0)
        cells = cells.filter(pc.invert(mask))
    return cells


def _count_different(counts: CellCounts, cells: pa.Array) -> None:
    different = pc.value_counts(cells)
    values, numbers = different.field("values"), different.field("counts")
    if len(values) > FEW:
        whole = pc.match_substring_regex(values, PLAIN_INT)
        decimal = pc.match_substring_regex(values, PLAIN_DECIMAL)
        for kind, mask in (("int", whole), ("num", decimal)):
            number = pc.sum(numbers.filter(mask)).as_py()
            if number:
                counts.kinds[kind] += number
        counts.compact_months = counts.compact_months and not pc.any(pc.or_(whole, decimal)).as_py()
        if counts.compact_days and pc.any(whole).as_py():
            counts.compact_days = _are_compact_days(values.filter(whole))
        rest = pc.invert(pc.or_(whole, decimal))
        values, numbers = values.filter(rest), numbers.filter(rest)
    for cell, number in zip(values.to_pylist(), numbers.to_pylist(), strict=True):
        kind = classify(cell)
        counts.kinds[kind] += number
        if kind in ("missing", "zero"):
            counts.null_words[cell] += number
        elif kind in ("int", "num"):
            if not NUMBER_OF_DATABASE.match(cell):
                counts.odd_numbers += number
            if not (counts.compact_days or counts.compact_months):
                continue
            written = normalize(cell)
            counts.compact_months = counts.compact_months and bool(dates.COMPACT_MONTH.match(written))
            counts.compact_days = counts.compact_days and (kind == "num" or dates.is_compact_day(written))
        elif kind == "text" and counts.kinds["text"] > MOST_TEXTS:
            return


def _are_compact_days(cells: pa.Array) -> bool:
    if not pc.all(pc.match_substring_regex(cells, COMPACT_DAY)).as_py():
        return False
    return all(map(dates.is_compact_day, cells.to_pylist()))


# Values


def trim(cells: pa.Array) -> pa.Array:
    """Cut space off the cells of a column."""
    return pc.utf8_trim(cells, SPACE) if holds(cells, *SPACES) else cells


def to_database(column: Column, cells: pa.Array, *, plain: bool = False) -> pa.Array:
    """Return the cells of a column as PostgreSQL reads them, null for gaps; see :func:`columns.to_database`.

    Args:
        cells: trimmed.
        plain: whether all cells are known to be empty or numbers that PostgreSQL reads as they are written.
    """
    if column.type == "text" and not column.precision:
        values = pc.utf8_trim_whitespace(cells) if holds(cells, *SPACES) else cells
        return _without(values, ["", *column.null_words])
    if column.type in ("int8", "numeric"):
        if plain and not column.shown_unit and not column.order:
            return _without(cells, [""])
        plain = pc.match_substring_regex(cells, PLAIN_NUMBER)
        if pc.all(pc.or_(plain, pc.equal(cells, ""))).as_py():
            return _without(cells, ["", *column.null_words])
    if column.type in ISO and not column.order:
        written = pc.match_substring_regex(cells, ISO[column.type])
        if pc.all(pc.or_(written, pc.equal(cells, ""))).as_py():
            return _without(cells, ["", *column.null_words])
    different = cells.dictionary_encode()
    values = [columns.to_database(column, cell) for cell in different.dictionary.to_pylist()]
    return pc.take(pa.array(values, pa.string()), different.indices)


def _without(values: pa.Array, words: list[str]) -> pa.Array:
    gaps = pc.equal(pc.binary_length(values), 0) if len(words) == 1 else pc.is_in(values, pa.array(words))
    return pc.if_else(gaps, None, values) if pc.any(gaps).as_py() else values


def index_words(rows: int, texts: Sequence[pa.Array]) -> pa.Array:
    """Return the words of so many rows for the full-text index; ``texts`` are the columns that have any."""
    if not texts:
        return pa.nulls(rows, pa.string())
    most = min(MOST_SIGNS, MOST_SIGNS_OF_A_ROW // len(texts))
    return pc.binary_join_element_wise(*(_words_of_cells(cells, most) for cells in texts), " ", null_handling="skip")


def _words_of_cells(cells: pa.Array, most: int) -> pa.Array:
    different = cells.dictionary_encode()
    values = different.dictionary
    if pc.all(pc.match_substring_regex(values, ONE_WORD), skip_nulls=True).as_py():
        words = pc.utf8_lower(values)
    else:
        words = pa.array([" ".join(columns.tokens(cell[:most])) for cell in values.to_pylist()], pa.string())
    return pc.take(words, different.indices)


def to_copy_lines(arrays: Sequence[pa.Array]) -> bytes:
    """Return lines for ``COPY … (FORMAT csv)``: every value in quotation marks, nothing for a gap."""
    out = io.BytesIO()
    batch = pa.record_batch(list(arrays), names=[str(number) for number in range(len(arrays))])
    options = arrow_csv.WriteOptions(include_header=False, quoting_style="all_valid", batch_size=batch.num_rows or 1)
    arrow_csv.write_csv(batch, out, options)
    return out.getvalue()
