"""A chart of a table: what is drawn, and the choices of its form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.core.tabular.values.types import IDENTIFIERS
from ckanext.nxopendata.tables import grouping, messages, query
from ckanext.nxopendata.tables.page import chart_rules, units
from ckanext.nxopendata.tables.page.address import ANCHOR, condition_pairs
from ckanext.nxopendata.tables.page.chart_rules import Facts, Objection
from ckanext.nxopendata.tables.page.column_units import find_unit, says_unit
from ckanext.nxopendata.tables.page.column_view import label_of, place_columns
from ckanext.nxopendata.tables.page.shape_rules import TIMED
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

KINDS = ("bar", "stacked", "line", "area", "multiples", "slope", "scatter", "pyramid", "table", "map")


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """What a chart draws.

    Attributes:
        kind: one of ``KINDS``.
        x, y: the column whose values are the groups, and the one of numbers; without ``y`` rows are counted.
        aggregate: of ``grouping.AGGREGATES``.
        order: of the groups: ``value`` (largest first) or ``name``.
        split: the column whose values are series of their own, or None.
    """

    kind: str
    x: Column
    y: Column | None
    aggregate: str
    order: str
    split: Column | None = None


@dataclass(frozen=True, slots=True)
class ChartView:
    """The choices of a chart as its form shows them.

    Attributes:
        x, y, kind, agg, order, split: what is chosen, as the address has it.
        columns, numbers, kinds, aggregates: what may be chosen: value and label each.
        x_label, y_label: names of the axes.
        reason: why there is no chart: it would be wrong.
        remedies: label and link of charts that would be right.
        title: that the reader gave it; "" for the one that is made of its columns.
    """

    x: str
    y: str
    kind: str
    agg: str
    order: str
    split: str
    columns: list[tuple[str, str]]
    numbers: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    aggregates: list[tuple[str, str]]
    x_label: str
    y_label: str
    reason: str = ""
    remedies: Sequence[tuple[str, str]] = ()
    title: str = ""


def make_chart_view(columns: Sequence[Column], question: Question, args: Any, facts: Facts) -> ChartView:
    """Describe the chart that an address asks for.

    Args:
        facts: what the columns are for.
    """
    numbers = [column for column in columns if query.family(column.type) == "number"]
    choice = choose_chart(columns, question, args, facts)
    objection = find_objection(choice, question, facts)
    nothing = "x" not in args and not any(list_choices(columns, facts))
    return ChartView(
        x=choice.x.id,
        y=choice.y.id if choice.y else "",
        kind=choice.kind,
        agg=choice.aggregate,
        order=choice.order,
        split=choice.split.id if choice.split else "",
        columns=[(column.id, label_of(column)) for column in columns],
        numbers=[(column.id, label_of(column)) for column in numbers],
        kinds=list_kinds(),
        title=str(args.get("title") or "")[:120],
        aggregates=list_aggregates(),
        x_label=label_of(choice.x),
        y_label=describe_measure(choice.kind, choice.aggregate, choice.y, facts),
        reason=messages.explain_objection(objection, _labels(columns))
        if objection
        else tk._("Nothing in this table makes a chart by itself. Choose what to draw.")
        if nothing
        else "",
        remedies=_list_remedies(objection, columns, question, choice) if objection else (),
    )


def find_objection(choice: ChartChoice, question: Question, facts: Facts) -> Objection | None:
    """Return why a chart would be wrong for the rows of a question; None when it is right."""
    aggregate = "max" if choice.kind == "scatter" else choice.aggregate  # points are not added
    fixed = question.fixed | ({choice.split.id} if choice.split else set())
    return chart_rules.find_objection(facts, choice.x.id, choice.y.id if choice.y else "", aggregate, fixed)


def _labels(columns: Sequence[Column]) -> dict[str, str]:
    return {column.id: label_of(column) for column in columns}


def _list_remedies(
    objection: Objection, columns: Sequence[Column], question: Question, choice: ChartChoice
) -> list[tuple[str, str]]:
    """Charts that would be right: of one value of the column that mixes what must not be added, or otherwise added."""
    if objection.aggregations:
        names = dict(list_aggregates())
        return [
            (names[name], _link(question, replace(choice, aggregate=name)) + ANCHOR)
            for name in objection.aggregations
            if name in names
        ]
    label = _labels(columns).get(objection.column, objection.column)
    links = []
    for value in objection.values:
        conditions = (*question.conditions, Condition(objection.column, "is", value))
        links.append((f"{label}: {value}", _link(replace(question, conditions=conditions), choice) + ANCHOR))
    return links


def choose_chart(columns: Sequence[Column], question: Question, args: Any, facts: Facts) -> ChartChoice:
    """Return the chart of an address; what it does not say, or says of columns that are not there, is chosen."""
    by_id = {column.id: column for column in columns}
    numbers = [column for column in columns if query.family(column.type) == "number"]
    default = _choose_default(columns, question, facts)
    asked = by_id.get(str(args.get("x")))
    x = asked or default.x
    y = by_id.get(str(args.get("y"))) if "y" in args else default.y
    y = y if y in numbers else None
    is_time = facts[x.id]["role"] == "time"
    kind = str(args.get("kind") or ("line" if is_time else "bar"))
    kind = kind if kind in KINDS else "bar"
    rated = y is not None and facts[y.id].get("sequence") == "ratio"
    aggregate = str(args.get("agg") or ("avg" if rated else "sum"))
    aggregate = aggregate if aggregate in grouping.AGGREGATES and y else "count"
    order = str(args.get("order") or "")
    if order not in ("value", "name"):
        order = "name" if is_time or kind in (*TIMED, "scatter", "pyramid") else "value"
    if kind == "scatter" and (y is None or query.family(x.type) == "text"):
        kind = "bar"
    split = by_id.get(str(args.get("s") or ""))
    if split is not None and (split.id in (x.id, y.id if y else "") or kind == "scatter"):
        split = None
    return ChartChoice(kind, x, y, aggregate, order, split)


def _choose_default(columns: Sequence[Column], question: Question, facts: Facts) -> ChartChoice:
    """The first chart that is right; where none is, the likeliest, whose reason is then shown."""
    by_id = {column.id: column for column in columns}
    numbers, fixed, choices = _list_numbers(columns), question.fixed, list(list_choices(columns, facts))
    right = (one for one in choices if not chart_rules.find_objection(facts, *one, fixed))
    found = next(right, choices[0] if choices else None)
    if found:
        x, y, aggregate = found
        return ChartChoice("bar", by_id[x], by_id.get(y), aggregate, "value")
    named = [column for column in columns if column.id not in numbers and not IDENTIFIERS.search(column.label)]
    plotted = next((by_id[name] for name in numbers if facts[name]["role"] == "measure"), None)
    return ChartChoice("bar", (named or list(columns))[0], plotted, "sum" if plotted else "count", "value")


def _list_numbers(columns: Sequence[Column]) -> list[str]:
    places = place_columns(columns)
    return [column.id for column in columns if query.family(column.type) == "number" and column.id not in places]


def list_choices(columns: Sequence[Column], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Return what of a table may be drawn, see :func:`chart_rules.list_choices`."""
    return chart_rules.list_choices(facts, [column.id for column in columns], _list_numbers(columns))


def list_kinds() -> list[tuple[str, str]]:
    """Return the kinds of charts: name in the address, words."""
    names = {
        "bar": tk._("Bars"),
        "stacked": tk._("Stacked bars"),
        "line": tk._("Line"),
        "area": tk._("Stacked areas"),
        "multiples": tk._("Small charts, one for each"),
        "slope": tk._("First and last time"),
        "scatter": tk._("Scatter"),
        "pyramid": tk._("Pyramid of ages"),
        "table": tk._("Table of groups"),
        "map": tk._("Map of regions"),
    }
    return [(kind, names[kind]) for kind in KINDS]


def list_aggregates() -> list[tuple[str, str]]:
    """Return what may be done with several rows of a group: name in the address, words."""
    return [
        ("sum", tk._("Sum")),
        ("avg", tk._("Mean")),
        ("min", tk._("Smallest")),
        ("max", tk._("Largest")),
        ("count", tk._("Number of rows")),
    ]


def describe_measure(kind: str, aggregate: str, y: Column | None, facts: Facts) -> str:
    """Return the name of the axis of numbers, with its unit."""
    words = dict(list_aggregates())[aggregate]
    if y is None or aggregate == "count":
        return words
    label, unit = label_of(y), y.unit or find_unit({"label": y.label, **facts[y.id]}, y.notes, ())
    unit = units.name_unit(unit, is_chinese())
    if unit and not says_unit(label, unit):
        label = tk._("{column} [{unit}]").format(column=label, unit=unit)
    return label if kind == "scatter" else tk._("{column} ({aggregate})").format(column=label, aggregate=words)


def _link(question: Question, choice: ChartChoice) -> str:
    """The address that always shows this chart, whatever the page would choose by itself."""
    pairs = [("view", "chart"), ("kind", choice.kind), ("x", choice.x.id), ("y", choice.y.id if choice.y else "")]
    pairs += [("agg", choice.aggregate), ("order", choice.order)]
    pairs += ([("s", choice.split.id)] if choice.split else []) + ([("q", question.q)] if question.q else [])
    return "?" + urlencode([*pairs, *condition_pairs(question.conditions)])
