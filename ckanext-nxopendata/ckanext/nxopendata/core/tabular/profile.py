"""The profile of a column: what its values are, in one pass over the rows and in bounded memory.

Distinct values are counted exactly up to a limit and estimated beyond it (HyperLogLog, Flajolet et al. 2007); frequent
values are kept by the Space-Saving algorithm (Metwally et al. 2005), so their counts are upper bounds once a column has
more values than are kept.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ckanext.nxopendata.core.tabular.values.types import DATED, IDENTIFIERS, YEARLY, CellCounts, ColumnType, to_value

VERSION = "1"
"""Changes when the same column would get another profile."""

PRECISION = 12
"""Bits of the register's number: 4,096 registers, a standard error of 1.6 %."""

REGISTERS = 1 << PRECISION
EXACT = 2000
KEPT = 200
"""Values among which the frequent ones are looked for."""

TOP = 10
PATTERNS = 5
FEW = 50
"""Distinct values up to which repeated text is a category."""

PLACE = re.compile(
    r"地区|地市|市县|县区|区划|所在地|地址|省份?\Z|城市|乡镇|街道|\b(city|province|region|county|district)\b",
    re.IGNORECASE,
)
COORDINATE = re.compile(r"经度|纬度|坐标|\b(lng|lon|longitude|lat|latitude)\b", re.IGNORECASE)
INDICATOR = re.compile(r"指标|项目名称|\bindicator\b", re.IGNORECASE)
RATIO = re.compile(
    r"率|比重|占比|比例|指数|均|密度|单价|\b(rate|ratio|share|average|mean|index|price)\b", re.IGNORECASE
)
STOCK = re.compile(r"年末|期末|月末|存量|余额|保有量|累计|总人口|常住人口|\b(stock|balance)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a column holds.

    Attributes:
        rows, nulls: cells, and those that are empty or a word for nothing.
        distinct: different values; ``exact`` says whether they were counted or estimated.
        top: frequent values and how often each stands.
        least, greatest: as numbers and dates are ordered; of text, by characters.
        shortest, longest: characters.
        patterns: how values are made up (``A9-9`` for letters, digits, signs), most frequent first.
        role: of :data:`ckanext.nxopendata.core.tabular.plan.ROLES`.
        granularity: of a time: ``year``, ``month``, ``day`` or ``moment``.
        aggregations: what may be done with an amount: ``sum`` not of ratios, and not over time of stocks.
        sequence: ``stock``, ``flow`` or ``ratio`` of an amount.
    """

    header: str
    type: str
    unit: str
    rows: int
    nulls: int
    distinct: int
    exact: bool
    top: tuple[tuple[str, int], ...]
    least: str
    greatest: str
    shortest: int
    longest: int
    patterns: tuple[tuple[str, int], ...]
    null_words: dict[str, int] = field(default_factory=dict)
    role: str = "text"
    granularity: str = ""
    sequence: str = ""
    aggregations: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


class Profiler:
    """Takes the cells of one column, some at a time, and gives its profile."""

    def __init__(self, header: str, type_: ColumnType, counts: CellCounts) -> None:
        self._header, self._type, self._counts = header, type_, counts
        self._rows = self._nulls = 0
        self._exact: set[str] | None = set()
        self._registers = bytearray(REGISTERS)
        self._frequent: dict[str, int] = {}
        self._patterns: dict[str, int] = {}
        self._least: tuple[Any, str] | None = None
        self._greatest: tuple[Any, str] | None = None
        self._shortest, self._longest = 0, 0

    def add(self, cells: Sequence[str]) -> None:
        """Take some cells."""
        self._rows += len(cells)
        counted: dict[str, int] = {}
        for cell in cells:
            counted[cell] = counted.get(cell, 0) + 1
        for cell, number in counted.items():
            value = to_value(self._type, cell)
            if value is None:
                self._nulls += number
            else:
                self._take(value, number)

    def _take(self, value: str, number: int) -> None:
        known = value in self._frequent
        _save(self._frequent, value, number, KEPT)
        if known:
            return
        self._note_distinct(value)
        size = len(value)
        self._shortest = min(self._shortest or size, size)
        self._longest = max(self._longest, size)
        _save(self._patterns, to_pattern(value), number, KEPT)
        entry = (self._order(value), value)
        self._least = min(self._least or entry, entry)
        self._greatest = max(self._greatest or entry, entry)

    def _order(self, value: str) -> Any:
        return float(value) if self._type.name in ("int8", "numeric") else value

    def _note_distinct(self, value: str) -> None:
        if self._exact is not None:
            self._exact.add(value)
            if len(self._exact) > EXACT:
                self._exact = None
        digest = int.from_bytes(hashlib.blake2b(value.encode(errors="replace"), digest_size=8).digest(), "big")
        place, rest = digest >> (64 - PRECISION), digest & ((1 << (64 - PRECISION)) - 1)
        rank = 64 - PRECISION - rest.bit_length() + 1
        if rank > self._registers[place]:
            self._registers[place] = rank

    def profile(self) -> Profile:
        """Return the profile of all cells taken so far."""
        exact = self._exact is not None
        distinct = len(self._exact) if self._exact is not None else _estimate(self._registers)
        filled = self._rows - self._nulls
        role, granularity = _role(self._header, self._type, distinct, filled)
        sequence = _sequence(self._header, self._type) if role == "measure" else ""
        return Profile(
            header=self._header,
            type=self._type.name,
            unit=self._type.unit,
            rows=self._rows,
            nulls=self._nulls,
            distinct=distinct,
            exact=exact,
            top=_most(self._frequent, TOP),
            least=self._least[1] if self._least else "",
            greatest=self._greatest[1] if self._greatest else "",
            shortest=self._shortest,
            longest=self._longest,
            patterns=_most(self._patterns, PATTERNS),
            null_words=dict(self._counts.null_words) if self._type.name != "text" else {},
            role=role,
            granularity=granularity,
            sequence=sequence,
            aggregations=AGGREGATIONS.get(sequence, ()),
        )


AGGREGATIONS = {
    "flow": ("sum", "avg", "min", "max"),
    "stock": ("sum", "avg", "min", "max", "last"),
    "ratio": ("avg", "min", "max"),
}
"""Kind of an amount -> what may be done with it; a stock is summed over places, never over time."""


def make_profiles(
    headers: Sequence[str],
    types: Sequence[ColumnType],
    counts: Sequence[CellCounts],
    chunks: Iterable[Sequence[Sequence[str]]],
) -> list[Profile]:
    """Return the profiles of a table's columns.

    Args:
        headers, types, counts: of each column.
        chunks: the rows, some at a time, each row as long as the headers.
    """
    profilers = [Profiler(*column) for column in zip(headers, types, counts, strict=True)]
    for chunk in chunks:
        for profiler, cells in zip(profilers, zip(*chunk, strict=True), strict=True):
            profiler.add(cells)
    return [profiler.profile() for profiler in profilers]


def to_pattern(value: str) -> str:
    """Return how a value is made up: runs of letters, of digits, of Chinese characters, and its signs.

    >>> to_pattern("NX-0007"), to_pattern("银川市12号")
    ('A-9', '文9文')
    """
    signs = [
        "9" if sign.isdigit() else "文" if sign >= "\u3400" else "A" if sign.isalpha() else sign for sign in value[:60]
    ]
    return "".join(sign for n, sign in enumerate(signs) if n == 0 or sign != signs[n - 1] or sign not in "9A文")


def _save(kept: dict[str, int], value: str, number: int, most: int) -> None:
    """Space-Saving: a new value takes the place, and the count, of the rarest."""
    if value in kept:
        kept[value] += number
    elif len(kept) < most:
        kept[value] = number
    else:
        rarest = min(kept, key=lambda key: kept[key])
        kept[value] = kept.pop(rarest) + number


def _most(kept: dict[str, int], most: int) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def _estimate(registers: bytearray) -> int:
    raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS**2 / sum(2.0**-rank for rank in registers)
    empty = registers.count(0)
    return round(REGISTERS * math.log(REGISTERS / empty) if raw <= 2.5 * REGISTERS and empty else raw)


def _role(header: str, type_: ColumnType, distinct: int, filled: int) -> tuple[str, str]:
    if type_.name in ("date", "timestamp") or type_.precision:
        grain = {"date": "day", "timestamp": "moment"}.get(type_.name) or type_.precision
        return "time", "month" if grain == "mixed" else grain
    if COORDINATE.search(header):
        return "coordinate", ""
    if type_.name in ("int8", "numeric"):
        if YEARLY.search(header):
            return "time", "year"
        return (
            ("key", "") if re.search(r"序号|\bid\b", header, re.IGNORECASE) and distinct == filled else ("measure", "")
        )
    if IDENTIFIERS.search(header) and not DATED.search(header):
        return ("key" if filled and distinct >= 0.98 * filled else "category"), ""
    if PLACE.search(header):
        return "place", ""
    if INDICATOR.search(header):
        return "indicator", ""
    return ("category" if 0 < distinct <= FEW and distinct <= 0.5 * filled else "text"), ""


def _sequence(header: str, type_: ColumnType) -> str:
    if type_.unit in ("%", "‰") or RATIO.search(header):
        return "ratio"
    return "stock" if STOCK.search(header) else "flow"
