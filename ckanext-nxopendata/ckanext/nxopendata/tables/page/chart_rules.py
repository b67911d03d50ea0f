"""Which charts a table allows: what its columns are for decides, so that no chart adds what must not be added.

Plain module. The facts of a column are its profile, see :class:`core.tabular.profile.column.Profile`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.core.tabular.values.types import ColumnType
from ckanext.nxopendata.tables.reader.columns import Column

Facts = Mapping[str, Mapping[str, Any]]
"""Column id -> its profile."""

WHOLE = re.compile(
    r"\S{0,8}?[合总小共]\s*计|全[部体区市县省州国]|总[体数]|(grand |sub-?)?total|all|overall|其中\s*[：:].*",
    re.IGNORECASE,
)
"""Values that overlap with others of their column: wholes, and 其中 (of these), which names a part of another value."""

EVENT = re.compile(
    r"登记|成立|评定|批准|出生|更新|发布|竣工|建成|开业|注册|立项|founded|registered|updated", re.IGNORECASE
)
"""Headers of dates that say something of a row, and not when its amounts were measured."""

PERIOD = re.compile(r"季度|月份|学年|年度|\b(quarter|month)\b", re.IGNORECASE)
"""Headers of columns that say when amounts were measured in words that are no dates: 2020年一季度."""

RANK = re.compile(r"位次|名次|排名|\brank\b", re.IGNORECASE)
"""Headers of numbers that put rows in order: the longest bar would be the last of them."""

MOST_GROUPS = 500
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a chart would be wrong, and what would be right.

    Attributes:
        code: ``ratio`` (rates are added), ``units`` (several indicators or units), ``stock`` (amounts of several
            times are added) or ``parts`` (a whole and its parts are added).
        column: id of the column that a filter sets right; "" for ``ratio``.
        values: to filter it by.
        aggregations: that are allowed, for ``ratio``.
    """

    code: str
    column: str = ""
    values: tuple[str, ...] = ()
    aggregations: tuple[str, ...] = ()


def make_facts(columns: Sequence[Column], profiles: Iterable[Mapping[str, Any]] | None) -> Facts:
    """Return the facts of the columns: their profiles; where there are none, what their names and types say."""
    if profiles is not None:
        return {str(profile["id"]): profile for profile in profiles}
    facts = {}
    for column in columns:
        type_ = ColumnType(column.type, column.precision, column.unit)
        role = roles.find_role(column.label, type_, column.unit, 0, 0, ())
        facts[column.id] = {
            "role": column.role or role.name,
            "granularity": role.granularity,
            "sequence": role.sequence,
            "header": column.label,
            "unit": column.unit or roles.find_unit(column.label),
            "distinct": 2,
            "rows": 4,
            "top": [],
            "levels": [],
        }
    return facts


def list_measures(facts: Facts) -> set[str]:
    """Return the ids of the columns whose numbers are amounts."""
    return {name for name, fact in facts.items() if fact["role"] == "measure"}


def find_objection(facts: Facts, x: str, y: str, aggregate: str, fixed: Collection[str]) -> Objection | None:
    """Return why a chart would be wrong; None when it is right.

    Args:
        x: id of the column whose values are the groups.
        y: id of the column of numbers; "" when rows are counted.
        fixed: ids of the columns that a filter holds at one value.
    """
    if not y or aggregate == "count":
        return None
    amount = facts.get(y, {})
    free = {name: fact for name, fact in facts.items() if name not in fixed and fact.get("distinct", 2) > 1}
    for name, fact in free.items():
        if fact["role"] == "indicator" and name != y:
            return Objection("units", name, _values(fact))
    if aggregate == "sum" and amount.get("sequence") == "ratio":
        return Objection("ratio", aggregations=roles.AGGREGATIONS["ratio"])
    if aggregate not in ("sum", "avg"):
        return None
    for name, fact in free.items():
        if name not in (x, y) and _has_wholes(fact):
            return Objection("parts", name, _values(fact))
    if aggregate == "sum" and amount.get("sequence") == "stock" and not _says_when(facts.get(x, {})):
        for name, fact in free.items():
            if _is_measured_at(fact):
                return Objection("stock", name, _latest(fact))
    return None


def _values(fact: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(value) for value, _ in fact.get("top") or ())[:MOST_VALUES]


def _latest(fact: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(fact["greatest"]),) if fact.get("greatest") else ()


def _is_measured_at(fact: Mapping[str, Any]) -> bool:
    """Whether a column says when the amounts of a row were measured: a time that many rows have in common."""
    repeated = fact["distinct"] * 2 <= fact.get("rows", 0)
    return _says_when(fact) and repeated and not EVENT.search(fact.get("header") or "")


def _says_when(fact: Mapping[str, Any]) -> bool:
    """Whether the values of a column are times, as dates or in words."""
    in_words = fact.get("role") in ("category", "text") and PERIOD.search(str(fact.get("header") or ""))
    return fact.get("role") == "time" or bool(in_words)


def _has_wholes(fact: Mapping[str, Any]) -> bool:
    """Whether a column has a whole and its parts among its values: a city and its counties, 合计 and others."""
    if fact["role"] == "place" and len(fact.get("levels") or ()) > 1:
        return True
    return fact["role"] in ("place", "category") and any(WHOLE.fullmatch(value) for value in _values(fact))


def find_wholes(values: Sequence[str]) -> set[str]:
    """Return which groups of a chart hold others of its groups, or all of them."""
    wholes = {value for value in values if WHOLE.fullmatch(value)} if len(values) > 1 else set()
    levels = {value: roles.level_of_place(value) for value in values}
    places = [value for value in values if levels[value]]
    if len({levels[value] for value in places}) > 1:
        wholes |= {outer for outer in places if any(roles.is_part_of(inner, outer) for inner in places)}
    return wholes


def list_choices(facts: Facts, columns: Sequence[str], numbers: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what may be drawn, the likeliest first: column of groups, column of numbers or "", aggregate."""
    amounts = [
        name
        for name in numbers
        if facts[name]["role"] == "measure" and not RANK.search(str(facts[name].get("header") or ""))
    ]
    for y in amounts:
        aggregate = "avg" if facts[y].get("sequence") == "ratio" else "sum"
        for x in _list_groups(facts, columns):
            if x != y:
                yield x, y, aggregate
    if not amounts:
        for x in _list_groups(facts, columns):
            if facts[x]["distinct"] < facts[x].get(
                "rows", 0
            ):  # where each value stands once, there is nothing to count
                yield x, "", "count"


def _list_groups(facts: Facts, columns: Sequence[str]) -> list[str]:
    """Columns to group by: times, then places from the finest that still makes groups, then categories; names first."""
    order = {"time": 0, "place": 1, "category": 2, "indicator": 3}
    fitting = [
        name
        for name in columns
        if facts[name]["role"] in order
        and 1 < facts[name]["distinct"] <= MOST_GROUPS
        and not (facts[name]["role"] == "time" and EVENT.search(facts[name].get("header") or ""))
    ]

    def rank(name: str) -> tuple[int, bool, int]:
        fact = facts[name]
        is_code = bool(fact.get("code_list")) or "代码" in str(fact.get("header") or "")
        return order[fact["role"]], is_code, -fact["distinct"]

    return sorted(fitting, key=rank)
