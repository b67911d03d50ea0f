"""The type of a column: a number or date only if nothing of its cells is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ckanext.nxopendata.core.tabular.sheets import Row
from ckanext.nxopendata.core.tabular.values import dates
from ckanext.nxopendata.core.tabular.values.kinds import INT, NUMERIC, classify, normalize

IDENTIFIERS = re.compile(
    r"代码|编码|编号|代号|号码|证号|证件|身份证|电话|座机|手机|传真|联系方式|邮编|邮政编码|帐号|账号|卡号|税号|条码|批号|批次|文号|车牌"
    r"|版本|版次|分类号|房间|房号|门牌|单元|线路"
    r"|\b(code|id|uscc|phone|tel|fax|zip|postcode|isbn|issn|version)\b|_(code|id)\Z",
    re.IGNORECASE,
)
DATED = re.compile(r"日期|时间|日\Z|date|time", re.IGNORECASE)
MONTHLY = re.compile(r"年月|月份|月度|月\Z|期间|所属期|统计期|账期|\b(?:month|period)\b", re.IGNORECASE)
"""Headers of months: 202305 and 2023.05 below them are no numbers."""

YEARLY = re.compile(r"年份|年度|\A年\Z|\byear\b", re.IGNORECASE)
QUANTITY = re.compile(
    r"数\Z|数量|人数|人口|户数|金额|总额|额\Z|价|收入|支出|产值|产量|面积|总量|资金|投资|费用|预算|决算|万元|亿元|元[)）]|公里|公顷|亩"
    r"|amount|price|population|total|sales|revenue|cost|area|count|number of",
    re.IGNORECASE,
)
"""Headers of amounts: their digits in groups of three are numbers."""

TEXTUAL = frozenset("CMG")
"""Data types of the guide that are text: C 字符型, M 备注型, G 通用型 (发改高技〔2017〕1272号, element 8)."""

MOST_NULL_WORDS = 20


@dataclass(slots=True)
class CellCounts:
    """What the cells of one column look like.

    Attributes:
        null_words: the words for nothing among them.
        compact_days, compact_months: whether all numbers are days or months written without signs between.
        odd_numbers: numbers that a database does not read as they are written, counted by columns only.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    null_words: Counter[str] = field(default_factory=Counter)
    compact_days: bool = True
    compact_months: bool = True
    odd_numbers: int = 0

    def add(self, cells: Sequence[str]) -> None:
        """Count some cells."""
        kinds = list(map(classify, cells))
        self.kinds.update(kinds)
        if "missing" in kinds or "zero" in kinds:
            self.null_words.update(cell for cell, kind in zip(cells, kinds, strict=True) if kind in ("missing", "zero"))
        if self.compact_days and "int" in kinds:
            self.compact_days = all(
                dates.is_compact_day(normalize(cell)) for cell, kind in zip(cells, kinds, strict=True) if kind == "int"
            )
        if self.compact_months:
            numbers = (cell for cell, kind in zip(cells, kinds, strict=True) if kind in ("int", "num"))
            self.compact_months = all(dates.COMPACT_MONTH.match(normalize(cell)) for cell in numbers)


class TableCounts:
    """Counts what the cells of each column look like."""

    def __init__(self, size: int) -> None:
        self.columns = [CellCounts() for _ in range(size)]

    def add(self, rows: Sequence[Row]) -> None:
        """Count some rows; rows longer than the header open columns of their own."""
        size = max(map(len, rows), default=0)
        self.columns += [CellCounts() for _ in range(size - len(self.columns))]
        even = [row if len(row) == size else row + [""] * (size - len(row)) for row in rows]
        for counts, cells in zip(self.columns, zip(*even, strict=True), strict=False):
            if counts.kinds["text"] <= 1000:  # beyond that it is text whatever follows
                counts.add(cells)


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The type of a column.

    Attributes:
        name: of the database: ``text``, ``int8``, ``numeric``, ``date`` or ``timestamp``.
        precision: of dates kept as text: ``month``, ``year`` or ``mixed``; ``year`` for whole numbers that are years.
        unit: ``%`` or another where every cell had it.
        order: of dates with slashes: ``dmy`` or ``mdy``; of numbers: ``comma`` where decimals stand behind a comma.
    """

    name: str
    precision: str = ""
    unit: str = ""
    order: str = ""


TEXT = ColumnType("text")


def decide_type(header: str, counts: CellCounts, declared: str = "") -> ColumnType:
    """Return the type of a column.

    Args:
        declared: data type of its information item, a letter of the guide; "" where there is none.
    """
    met = {name for name, count in counts.kinds.items() if count} - {"empty", "missing"}
    if not met - {"zero"} or met & {"text", "long"}:
        return TEXT
    if met <= NUMERIC:
        return _decide_number(header, met, counts, declared)
    if "comma" in met and met <= {"comma", "maybe_comma", "int"} and not IDENTIFIERS.search(header):
        return TEXT if declared in TEXTUAL else ColumnType("numeric", order="comma")
    if met == {"percent"}:
        return ColumnType("numeric", unit="%")
    if len(met) == 1 and (unit := next(iter(met))).startswith("unit:"):
        return ColumnType("numeric", unit=unit.removeprefix("unit:"))
    return _decide_date(header, met)


def _decide_number(header: str, met: set[str], counts: CellCounts, declared: str) -> ColumnType:
    if IDENTIFIERS.search(header) or declared in TEXTUAL:
        return TEXT
    if "list" in met and not met & {"group", "groupnum"} and not QUANTITY.search(header):
        return TEXT
    if met == {"int"} and counts.compact_days and (DATED.search(header) or declared in ("D", "T")):
        return ColumnType("date")
    if met <= {"int", "num"} and counts.compact_months and (MONTHLY.search(header) or DATED.search(header)):
        return ColumnType("text", "month")
    if met & {"num", "groupnum"}:
        return ColumnType("numeric")
    return ColumnType("int8", "year" if met == {"int"} and YEARLY.search(header) else "")


def _decide_date(header: str, met: set[str]) -> ColumnType:
    exact = met - {"zero"}
    if exact == {"day"}:
        return ColumnType("date")
    if exact <= {"day", "stamp"}:
        return ColumnType("timestamp")
    for order in ("dmy", "mdy"):
        if order in exact and exact <= {order, "dm"}:
            return ColumnType("date", order=order)
    if met <= {"day", "month", "year", "int"} and ("int" not in met or DATED.search(header)):
        return ColumnType("text", next(iter(met)) if len(met) == 1 else "mixed")
    return TEXT


@lru_cache(maxsize=100_000)
def to_value(type_: ColumnType, cell: str) -> str | None:
    """A cell as PostgreSQL reads it; None for one that is empty or has a word for nothing."""
    cell = cell.strip()
    if type_.name == "text":
        iso = dates.to_iso_date(normalize(cell)) if type_.precision else cell
        return (iso if iso != normalize(cell) else cell) or None
    value = normalize(cell)
    if classify(cell) in ("missing", "empty", "zero"):
        return None
    if type_.order == "comma":
        return value.replace(".", "").replace(",", ".")
    if type_.name in ("int8", "numeric"):
        return value.replace(type_.unit, "", 1).replace(" ", "").replace(",", "")
    if type_.order:
        return dates.slashed_to_iso(value, type_.order)
    if type_.name == "date" and INT.match(value):
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return dates.stamp_to_iso(value)
