"""Numbers of rows that answer a question, each with what it is of; and whether that is certain.

A wrong answer is worse than none: a number is certain when its row is of the place itself, one row is left, and its
indicator, unit and period are known. Plain module, apart from what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.tables.answers import labels, periods, terms
from ckanext.nxopendata.tables.page.chart_rules import EVENT
from ckanext.nxopendata.tables.query import Condition

REMARK = re.compile(
    r"核验|备注|说明|来源|出处|注释|更新|填报|级别|层级|上级|序号|note|remark|source|verification|comment|level",
    re.IGNORECASE,
)
"""Headers of columns that say something about a row and do not make it another's."""

GROUP = re.compile(r"分组|类别|类型|分类|大类|group|class", re.IGNORECASE)
"""Headers of columns that put indicators in groups."""

WHOLE = re.compile(r"(合|总|小|共)\s*计|全部|全体|总量|全市|全区|全县|total|all", re.IGNORECASE)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a table.

    Attributes:
        columns: profiles, in order.
        period: of the whole dataset, or "".
        units: id of a column of numbers -> unit, or "".
        labels: id of a column of numbers -> what it is of.
    """

    columns: Sequence[Mapping[str, Any]]
    period: str
    title: str
    units: Mapping[str, str]
    labels: Mapping[str, labels.Label]

    def list_ids(self, role: str) -> list[str]:
        """Return the columns of a role."""
        return [column["id"] for column in self.columns if column["role"] == role]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of one row, or a row without one.

    Attributes:
        place: code.
        indicator: as the table calls it.
        key: what it is of.
        value: as the database has it; None in a row that is shown without a claim.
        unit, period: "" where not known.
        certain: whether it may be claimed.
        doubt: why not: ``period`` (not the one asked for, or not known), ``unit``, ``rows`` (several, or of others),
            ``title``, ``conflict``.
        conditions: that lead to the row on the page of the table.
        row: its cells by column.
    """

    place: str
    indicator: str
    key: str
    value: Any = None
    unit: str = ""
    period: str = ""
    certain: bool = False
    doubt: str = ""
    conditions: tuple[Condition, ...] = ()
    row: Row = field(default_factory=dict)


def read_figures(
    facts: Facts, rows: Sequence[Row], place: str, key: str, indicator: tuple[str, str], amount: str, asked: str
) -> list[Figure]:
    """Return the numbers of rows of a place at a time, the latest only where no time is asked for.

    Args:
        asked: the period; "" for the latest. The other arguments are those of :func:`list_figures`.
    """
    return _choose_period(list_figures(facts, rows, place, key, indicator, amount), asked)


def list_figures(
    facts: Facts, rows: Sequence[Row], place: str, key: str, indicator: tuple[str, str], amount: str
) -> list[Figure]:
    """Return the numbers of rows of a place, of all times.

    Args:
        rows: in which a column names the place, or of a table that is of one place.
        key: what is asked for.
        indicator: id of the column that names indicators and the name, both "" where the column of numbers itself says.
        amount: id of the column of numbers.
    """
    name = indicator[1] or next(str(column["label"]) for column in facts.columns if column["id"] == amount)
    found = []
    for row in rows:
        figure = _read_figure(facts, row, place, key, indicator, amount, name)
        if figure is not None:
            found.append(figure)
    counts: dict[str, int] = {}
    for figure in found:
        counts[figure.period] = counts.get(figure.period, 0) + 1
    return [
        replace(figure, certain=False, doubt="rows") if figure.certain and counts[figure.period] > 1 else figure
        for figure in found
    ]


def find_own_place(facts: Facts, row: Row) -> str:
    """Return the code of the place that a row is of: the most exact that its columns name; "" for none."""
    named = [code for column in facts.list_ids("place") if (code := gazetteer.find_code(str(row.get(column) or "")))]
    return next((code for code in named if not any(gazetteer.lies_in(other, code) for other in named)), "")


def _read_figure(
    facts: Facts, row: Row, place: str, key: str, indicator: tuple[str, str], amount: str, name: str
) -> Figure | None:
    value = row.get(amount)
    if value is None:
        return None
    label = facts.labels.get(amount, labels.Label(""))
    times = [
        column["id"] for column in facts.columns if column["role"] == "time" and not EVENT.search(str(column["label"]))
    ]
    said = [period for column in times if (period := periods.of_cell(row.get(column)))]
    whole = facts.period if indicator[0] or labels.is_named(key, facts.title) else ""
    period = said[0] if len(said) == 1 else "" if times else label.period or whole
    unit = _find_unit(facts, row, amount, key, value)
    doubt = _find_doubt(facts, row, place, indicator)
    if doubt == "parts":
        return None
    term = terms.term_of(key)
    if not doubt and term is not None and term.title and term.title not in facts.title:
        doubt = "title"
    if not doubt and times and len(said) != 1:
        doubt = "period"
    if not doubt and not unit:
        doubt = "unit"
    if not doubt and not period:
        doubt = "period"
    conditions = _link_row(facts, row, indicator, times)
    return Figure(place, name, key, value, unit, period, not doubt, doubt, conditions, row)


def _choose_period(figures: list[Figure], asked: str) -> list[Figure]:
    if not figures:
        return []
    if asked == periods.UNCLEAR:
        return [replace(figure, certain=False, doubt=figure.doubt or "period") for figure in figures[-1:]]
    latest = max(figure.period for figure in figures)
    if not asked:
        return [figure for figure in figures if figure.period == latest]
    fitting = [figure for figure in figures if periods.fits(figure.period, asked)]
    if fitting:
        newest = max(figure.period for figure in fitting)
        return [figure for figure in fitting if figure.period == newest]
    return [replace(figure, certain=False, doubt="period") for figure in figures if figure.period == latest][:1]


def _find_unit(facts: Facts, row: Row, amount: str, key: str, value: Any) -> str:
    for column in facts.columns:
        if roles.UNIT.search(str(column["label"])) and column["role"] in ("indicator", "category", "text"):
            return str(row.get(column["id"]) or "")
    unit = facts.units.get(amount, "")
    term = terms.term_of(key)
    if not unit and term is not None and term.unit and float(value) == int(value) and value >= term.least:
        return term.unit
    return unit


def _find_doubt(facts: Facts, row: Row, place: str, indicator: tuple[str, str]) -> str:
    """``parts`` where a row is of a part of the place, ``rows`` where it may be of something else."""
    named = [code for column in facts.list_ids("place") if (code := gazetteer.find_code(str(row.get(column) or "")))]
    if any(code != place and not gazetteer.lies_in(place, code) for code in named):
        return "parts" if any(gazetteer.lies_in(code, place) for code in named) else "rows"
    for column in facts.columns:
        value = str(row.get(column["id"]) or "").strip()
        if column["role"] not in ("category", "text", "key", "place", "indicator") or not value:
            continue
        header = str(column["label"])
        if column["id"] == indicator[0] or roles.UNIT.search(header) or REMARK.search(header):
            continue
        if gazetteer.find_code(value) or WHOLE.fullmatch(value):
            continue
        if indicator[0] and (column["role"] == "category" or GROUP.search(header)):
            continue
        return "rows"
    return ""


def _link_row(facts: Facts, row: Row, indicator: tuple[str, str], times: Sequence[str]) -> tuple[Condition, ...]:
    """Conditions that lead to a row: its places, indicator and time."""
    names = [column for column in facts.list_ids("place") if row.get(column) is not None]
    exact = [
        column for column in names if gazetteer.level_of(gazetteer.find_code(str(row[column])) or "00") == "county"
    ]
    wanted = (exact or names)[:1] + ([indicator[0]] if indicator[0] else []) + list(times)
    found = []
    for column in wanted:
        value = row.get(column)
        if value is not None and str(value).strip():
            found.append(Condition(column, "is", str(value)))
    return tuple(found)


def mark_conflicts(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures; those of one thing in one unit that differ from each other are claimed no more."""
    values: dict[tuple[str, ...], set[str]] = {}
    for figure in figures:
        if figure.certain:
            values.setdefault(_identify(figure), set()).add(str(figure.value))
    return [
        replace(figure, certain=False, doubt="conflict")
        if figure.certain and len(values[_identify(figure)]) > 1
        else figure
        for figure in figures
    ]


def _identify(figure: Figure) -> tuple[str, ...]:
    return figure.place, figure.key, figure.period, figure.unit
