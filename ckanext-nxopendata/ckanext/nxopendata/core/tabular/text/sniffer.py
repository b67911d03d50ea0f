"""The dialect of a text, found by what its rows say for each way it could be written.

Every candidate reads the sample; the best has rows of equal width (most of them, with quotation marks respected), cells
of equal type below each other, and few cells that are torn. The consistency of patterns and of types as a measure is
that of van den Burg, Nazábal and Sutton (Data Mining and Knowledge Discovery, 2019).
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from ckanext.nxopendata.core.tabular.text.dialect import RUN, Dialect
from ckanext.nxopendata.core.tabular.text.parser import Findings, parse
from ckanext.nxopendata.core.tabular.values.kinds import NUMERIC, classify

DELIMITERS = (",", "\t", ";", "|", "||", "^", "~", "\x01", "\x1f", ":", "，", RUN, " ")
"""In the order of preference where the evidence is equal."""

RELUCTANT = {" ": 0.5, RUN: 0.7, ":": 0.35, "，": 0.4, "~": 0.9, "^": 0.9}
"""Signs that stand in ordinary text: their evidence counts less."""

QUOTES = ('"', "'")
JOINED = re.compile(r"[+-]?[\d.]+[;|\t][+-]?[\d.]+\Z")
"""Two numbers that a stronger sign parts."""

ONE_COLUMN = 0.4
"""Weight of a text without delimiters: a table has hardly ever one column."""

ROWS_OF_ONE_COLUMN = 4
"""Lines that a text must have to be one column whose cells hold commas; of fewer the first is the better evidence."""

ROWS = 400
"""Records of the sample that are read for each candidate."""

NEAR = 0.95
"""Share of the best score from which another way of reading is told: the sample does not decide between the two."""

REMARKS = 8
"""Rows of one cell above and below a table that count half: titles and notes."""

SEPARATOR_LINE = re.compile(r"sep=(.)\s*\Z", re.IGNORECASE)
"""Excel's way to say the delimiter in the first line."""


def sniff(sample: str, codec: str, *, kind: str = "", delimiter: str = "", complete: bool = True) -> Dialect:
    """Return how a text is written, by its beginning.

    Args:
        kind: its format in lower case; ``tsv`` has tabs wherever it has any.
        delimiter: where it is known.
        complete: whether the sample is all of it; else its last line is left out.
    """
    lines = list(io.StringIO(sample, newline=""))
    if not complete and len(lines) > 1:
        lines.pop()
    skip = 0
    if lines and (match := SEPARATOR_LINE.match(lines[0].strip("\r\n\ufeff\"' "))):
        skip = 1
        return _measure(lines[skip:], Dialect(codec, match[1], skip=skip))[1]
    if not lines:
        return Dialect(codec, ",")
    candidates = DELIMITERS
    if delimiter:
        candidates = (delimiter,)
    elif kind == "tsv" and "\t" in sample:
        candidates = ("\t",)
    one_column = _score_of_one_column(lines)
    is_long = sum(bool(line.strip()) for line in lines[:ROWS]) >= ROWS_OF_ONE_COLUMN
    alone = _absent(candidates, sample) if is_long and not delimiter else candidates[0]
    best, best_score = Dialect(codec, alone), one_column
    scores: dict[str, float] = {}
    for delimiter in candidates:
        if delimiter not in sample:
            continue
        for quote in QUOTES:
            if quote == "'" and not _encloses(sample, delimiter, quote):
                continue
            score, dialect = _measure(lines, Dialect(codec, delimiter, quote))
            score *= RELUCTANT.get(delimiter, 1.0)
            scores[delimiter] = max(score, scores.get(delimiter, 0.0))
            if score > best_score + 1e-9:
                best, best_score = dialect, score
    rivals = {sign: score for sign, score in scores.items() if sign != best.delimiter and score >= NEAR * best_score}
    if best_score > one_column >= NEAR * best_score:
        rivals.setdefault("\n", one_column)
    return replace(best, rival=max(rivals, key=rivals.__getitem__)) if rivals else best


def _absent(candidates: Sequence[str], sample: str) -> str:
    """A delimiter that parts no cell of a text of one column: the comma where it has none."""
    return next((sign for sign in (candidates[0], "\x1f", "\x01") if sign not in sample), candidates[0])


def _score_of_one_column(lines: Sequence[str]) -> float:
    """How well a text fits that has no delimiter at all."""
    rows = [[line.strip()] for line in lines[:ROWS] if line.strip()]
    return ONE_COLUMN * (0.35 + 0.65 * _type_consistency(rows, 1, ","))


def _encloses(sample: str, delimiter: str, quote: str) -> bool:
    """Whether a quotation mark stands around some cells, on both sides."""
    mark, sign = re.escape(quote), re.escape(delimiter)
    opened = len(re.findall(rf"(?:^|{sign}) ?{mark}(?!{mark})", sample, re.MULTILINE))
    closed = len(re.findall(rf"(?<!{mark}){mark} ?(?={sign}|\r|\n|$)", sample, re.MULTILINE))
    return min(opened, closed) >= 2 and min(opened, closed) >= 0.5 * max(opened, closed)


def _measure(lines: Sequence[str], dialect: Dialect) -> tuple[float, Dialect]:
    """How well a way of reading fits the sample, and the way with all that the sample tells of it."""
    sample = "".join(lines[:ROWS])
    if dialect.quote and dialect.quote in sample:
        if f"\\{dialect.quote}" in sample:
            dialect = replace(dialect, escape="\\")
        sign = re.escape(dialect.delimiter)
        spaced = len(re.findall(rf"{sign} +{dialect.quote}", sample))
        if dialect.delimiter.strip() and spaced > len(re.findall(rf"{sign}{dialect.quote}", sample)):
            dialect = replace(dialect, space_after=True)
    parsed = parse(lines, dialect, Findings(), repair=False)
    rows = [row for _, row in islice(parsed, ROWS) if any(cell.strip() for cell in row)]
    if not rows:
        return 0.0, dialect
    width, share = _usual_width(rows)
    dialect = replace(dialect, width=width)
    if width < 2:
        return 0.01, dialect
    return share**2 * (0.35 + 0.65 * _type_consistency(rows, width, dialect.delimiter)) * _wealth(width), dialect


def _usual_width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """Cells of most rows, and the share of the rows that have so many; wide rows count as much as narrow ones."""
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    wider = [(size, number) for size, number in widths.items() if size > width and number >= 0.4 * len(rows)]
    if wider:
        width, count = max(wider)
    # Titles and notes around a table say little of its width.
    single = sum(1 for _ in takewhile(lambda row: len(row) == 1, rows[:REMARKS]))
    single += sum(1 for _ in takewhile(lambda row: len(row) == 1, reversed(rows[-REMARKS:])))
    total = len(rows) - (single / 2 if width > 1 and 2 * single < len(rows) else 0)
    # A second table below the first has rows of its own width.
    others = [number for size, number in widths.items() if size != width and size > 1 and number >= 0.3 * len(rows)]
    return width, min(max(count, 0.85 * (count + sum(others))) / total, 1.0)


def _wealth(width: int) -> float:
    """More cells are better evidence, up to a point."""
    return 1 - 0.1 / width


def _type_consistency(rows: Sequence[Sequence[str]], width: int, delimiter: str) -> float:
    """The mean share of the cells below the first row that are of their column's usual kind; text is weak evidence."""
    body = [row for row in rows[1:] if len(row) == width] or [row for row in rows if len(row) == width]
    if not body:
        return 0.0
    total = 0.0
    for cells in zip(*body, strict=True):
        kinds = Counter(_kind(cell, delimiter) for cell in cells)
        kinds.pop("empty", None)
        if not kinds:
            total += 0.5
            continue
        name, count = kinds.most_common(1)[0]
        total += count / kinds.total() * (0.6 if name == "text" else 0.3 if name == "torn" else 1.0)
    return total / width


TORN = re.compile(r"[\"“(（\[{][^\"”)）\]}]*\Z|\A[^\"“(（\[{]*[\"”)）\]}]\Z")
"""A bracket or mark that is opened or closed elsewhere: the cell was cut."""


DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+\Z")


def _kind(cell: str, delimiter: str) -> str:
    cell = cell.strip()
    name = classify(cell)
    if name in NUMERIC or name in ("long", "percent") or (delimiter in ";\t" and DECIMAL_COMMA.match(cell)):
        return "number"
    torn = name == "text" and len(cell) < 200 and ("\t" in cell or TORN.search(cell) or JOINED.match(cell))
    torn = torn or (len(cell) > 2 and cell[0] == cell[-1] and cell[0] in QUOTES)
    return "torn" if torn else name
