"""A measure of a table by region: one number a place, or none at all, with the reason. Plain module.

Numbers are never added: where a place has several rows, the columns of times and indicators choose among them, and
where that is not enough there is no map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables.page.chart_rules import EVENT, Facts

MOST_ROWS = 20_000
MOST_CHOICES = 200
LEVELS = ("county", "city")
"""The finest first: a whole and its parts never stand side by side."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that chooses among the rows of a place: its values, and the one that is chosen."""

    column: str
    values: tuple[str, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class RegionValues:
    """What a map of regions shows.

    Attributes:
        values: code -> number.
        rows: code -> its row.
        choices: by columns of times and indicators.
        level: ``county`` or ``city``.
        reason: why there is no map: ``measure`` (no column of numbers), ``places`` (fewer than two), ``rows`` (several
            rows a place); "" where there is one.
    """

    values: Mapping[str, Decimal]
    rows: Mapping[str, Row]
    choices: tuple[Choice, ...]
    level: str = ""
    reason: str = ""


def list_place_columns(facts: Facts) -> list[str]:
    """Return the columns that name regions."""
    return [name for name, fact in facts.items() if fact["role"] == "place"]


def list_measures(facts: Facts) -> list[str]:
    """Return the columns whose numbers a map may show."""
    return [name for name, fact in facts.items() if fact["role"] == "measure"]


def find_place(row: Row, columns: Sequence[str]) -> str:
    """Return the code of the finest place that the columns of a row name; "" for none of Ningxia."""
    codes = [code for name in columns if (code := gazetteer.find_code(str(row.get(name) or "")))]
    return max(codes, key=lambda code: ("province", "city", "county").index(gazetteer.level_of(code)), default="")


def read_regions(rows: Sequence[Row], facts: Facts, measure: str, wanted: Mapping[str, str]) -> RegionValues:
    """Return the numbers of a measure by region.

    Args:
        rows: of the table, all that answer the question.
        wanted: column -> the value that the reader chose.
    """
    if not measure:
        return RegionValues({}, {}, (), reason="measure")
    columns = list_place_columns(facts)
    placed = [(code, row) for row in rows if (code := find_place(row, columns)) and row.get(measure) is not None]
    choices = []
    for name in [*_choosing(facts, "indicator"), *_choosing(facts, "time")]:
        present = sorted({str(row.get(name)) for _, row in placed if row.get(name) is not None})
        if len(present) < 2 or len(present) > MOST_CHOICES:
            continue
        newest = facts[name]["role"] == "time"
        chosen = wanted.get(name) or (present[-1] if newest else present[0])
        chosen = chosen if chosen in present else present[-1]
        choices.append(Choice(name, tuple(present), chosen))
        placed = [(code, row) for code, row in placed if str(row.get(name)) == chosen]
    return _choose_level(placed, measure, tuple(choices))


def _choosing(facts: Facts, role: str) -> list[str]:
    return [name for name, fact in facts.items() if fact["role"] == role and not EVENT.search(fact.get("header") or "")]


def _choose_level(placed: Sequence[tuple[str, Row]], measure: str, choices: tuple[Choice, ...]) -> RegionValues:
    for level in LEVELS:
        found: dict[str, list[Row]] = {}
        for code, row in placed:
            if gazetteer.level_of(code) == level:
                found.setdefault(code, []).append(row)
        if len(found) < 2:
            continue
        if any(len(rows) > 1 for rows in found.values()):
            return RegionValues({}, {}, choices, level, "rows")
        first = {code: rows[0] for code, rows in found.items()}
        values = {code: number for code, row in first.items() if (number := _to_number(row[measure])) is not None}
        return RegionValues(values, first, choices, level, "" if len(values) > 1 else "places")
    return RegionValues({}, {}, choices, reason="places")


def _to_number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
