"""What of a table a chart draws: which series, which years. Both are filters, so they are in the address as such."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.tables import query
from ckanext.nxopendata.tables.explorer import facets
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

YEAR = re.compile(r"(\d{4})(?:-01-01.*|\.0+)?")


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """A series: its name, whether it is drawn because somebody chose it, the link that chooses it or takes it away."""

    name: str
    chosen: bool
    link: str


@dataclass(frozen=True, slots=True)
class YearSpan:
    """The years of a chart.

    Attributes:
        column: its id.
        least, greatest: of the table.
        low, high: that are drawn.
        others: the conditions that have nothing to do with it.
    """

    column: str
    label: str
    least: int
    greatest: int
    low: int
    high: int
    others: tuple[Condition, ...]


def list_series(
    source: query.Source, columns: Sequence[Column], question: Question, address: Address, split: str
) -> tuple[SeriesChoice, ...]:
    """Return the series that a chart may draw; none where it has one alone.

    Args:
        split: id of the column whose values are the series; "" for none.
    """
    column = next((one for one in columns if one.id == split), None)
    if column is None:
        return ()
    counted, _ = facets.count_values(source, question, column.id)
    choices = []
    for value, _ in counted:
        text = to_text(value)
        if value is None or not text.strip() or len(text) > 100:
            continue
        condition = Condition(column.id, "is", text)
        chosen = condition in question.conditions
        others = [one for one in question.conditions if one != condition]
        choices.append(SeriesChoice(text, chosen, address.with_conditions(others if chosen else [*others, condition])))
    return tuple(sorted(choices, key=lambda choice: not choice.chosen))


def find_years(
    columns: Sequence[Column], question: Question, x: str, fact: Mapping[str, Any] | None
) -> YearSpan | None:
    """Return the years that a chart over years may be narrowed to; None for a chart of another kind.

    Args:
        x: id of the column whose values are the groups.
        fact: its profile.
    """
    column = next((one for one in columns if one.id == x), None)
    if column is None or not fact or fact.get("role") != "time" or fact.get("granularity") != "year":
        return None
    ends = [YEAR.fullmatch(str(fact.get(name) or "")) for name in ("least", "greatest")]
    if ends[0] is None or ends[1] is None or query.family(column.type) != "number":
        return None
    least, greatest = int(ends[0][1]), int(ends[1][1])
    if least >= greatest:
        return None
    low = _find_bound(question, x, "ge", least)
    high = _find_bound(question, x, "le", greatest)
    others = tuple(one for one in question.conditions if one.column != x)
    return YearSpan(x, label_of(column), least, greatest, low, high, others)


def _find_bound(question: Question, column: str, operator: str, default: int) -> int:
    for one in question.conditions:
        if one.column == column and one.operator == operator and one.value.isascii() and one.value.isdecimal():
            return int(one.value)
    return default
