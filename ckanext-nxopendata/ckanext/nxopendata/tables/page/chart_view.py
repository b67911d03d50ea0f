"""A chart of a table: what is drawn, and the choices of its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.tabular.values.types import IDENTIFIERS
from ckanext.nxopendata.tables import messages, query
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.page import chart_rules
from ckanext.nxopendata.tables.page.address import ANCHOR, condition_pairs
from ckanext.nxopendata.tables.page.chart_rules import Facts, Objection
from ckanext.nxopendata.tables.page.column_view import label_of, place_columns
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

KINDS = ("bar", "line", "pie", "scatter")
MOST_BARS, MOST_POINTS, MOST_SLICES = 40, 500, 12


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """What a chart draws.

    Attributes:
        kind: one of ``KINDS``.
        x, y: the column whose values are the groups, and the one of numbers; without ``y`` rows are counted.
        aggregate: of ``query.AGGREGATES``.
        order: of the groups: ``value`` (largest first) or ``name``.
    """

    kind: str
    x: Column
    y: Column | None
    aggregate: str
    order: str

    @property
    def most(self) -> int:
        """How many groups or points are drawn."""
        return {"line": MOST_POINTS, "scatter": MOST_POINTS, "pie": MOST_SLICES}.get(self.kind, MOST_BARS)


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart as its template shows it.

    Attributes:
        x, y, kind, agg, order: what is chosen, as the address has it.
        columns, numbers, kinds, aggregates: what may be chosen: value and label each.
        x_label, y_label: names of the axes.
        rows: text and number of each group, for the table below.
        cut: whether there are more groups than are drawn.
        link: the address that always shows this chart.
        data: what the script draws.
        reason: why there is no chart: it would be wrong; then there are no rows.
        remedies: label and link of charts that would be right.
        wholes: groups that are left out because their parts are drawn.
    """

    x: str
    y: str
    kind: str
    agg: str
    order: str
    columns: list[tuple[str, str]]
    numbers: list[tuple[str, str]]
    kinds: list[tuple[str, str]]
    aggregates: list[tuple[str, str]]
    x_label: str
    y_label: str
    rows: list[tuple[str, Any]]
    cut: bool
    link: str
    data: dict[str, Any]
    reason: str = ""
    remedies: Sequence[tuple[str, str]] = ()
    wholes: Sequence[str] = ()


def make_chart_view(
    source: query.Source, columns: Sequence[Column], question: Question, args: Any, facts: Facts
) -> ChartView:
    """Read and describe the chart that an address asks for.

    Args:
        facts: what the columns are for.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    numbers = [column for column in columns if query.family(column.type) == "number"]
    choice = choose_chart(columns, question, args, facts)
    objection = _object(choice, question, facts)
    pairs = [] if objection else _read_pairs(source, question, choice)
    points = [(to_text(key), formats.to_json(key), formats.to_json(number)) for key, number in pairs[: choice.most]]
    points = [point for point in points if point[2] is not None]
    wholes = [] if choice.kind == "scatter" else sorted(chart_rules.find_wholes([text for text, _, _ in points]))
    points = [point for point in points if point[0] not in wholes]
    x_label, y_label = label_of(choice.x), _describe_measure(choice, facts)
    drawn = [[value if choice.kind == "scatter" else text, number] for text, value, number in points]
    if choice.kind == "line" and facts[choice.x.id].get("granularity") == "year":
        drawn = _fill_years(drawn)
    return ChartView(
        x=choice.x.id,
        y=choice.y.id if choice.y else "",
        kind=choice.kind,
        agg=choice.aggregate,
        order=choice.order,
        columns=[(column.id, label_of(column)) for column in columns],
        numbers=[(column.id, label_of(column)) for column in numbers],
        kinds=list(zip(KINDS, (tk._("Bars"), tk._("Line"), tk._("Pie"), tk._("Scatter")), strict=True)),
        aggregates=_list_aggregates(),
        x_label=x_label,
        y_label=y_label,
        rows=[(text, number) for text, _, number in points],
        cut=len(pairs) > choice.most,
        link=tk.h.url_for(tk.request.path, qualified=True) + _link(question, choice),
        data={
            "kind": choice.kind,
            "x": x_label,
            "y": y_label,
            "points": drawn,
            "cut": tk._("the axis does not begin at 0"),
        },
        reason=messages.explain_objection(objection, _labels(columns)) if objection else "",
        remedies=_list_remedies(objection, columns, question, choice) if objection else (),
        wholes=wholes,
    )


def _object(choice: ChartChoice, question: Question, facts: Facts) -> Objection | None:
    aggregate = "max" if choice.kind == "scatter" else choice.aggregate  # points are not added
    return chart_rules.find_objection(
        facts, choice.x.id, choice.y.id if choice.y else "", aggregate, fixed_columns(question)
    )


def fixed_columns(question: Question) -> set[str]:
    """Return the columns that a question holds at one value."""
    return {condition.column for condition in question.conditions if condition.operator == "is"}


def _labels(columns: Sequence[Column]) -> dict[str, str]:
    return {column.id: label_of(column) for column in columns}


def _list_remedies(
    objection: Objection, columns: Sequence[Column], question: Question, choice: ChartChoice
) -> list[tuple[str, str]]:
    """Charts that would be right: of one value of the column that mixes what must not be added, or otherwise added."""
    if objection.aggregations:
        names = dict(_list_aggregates())
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


def _fill_years(points: list[list[Any]]) -> list[list[Any]]:
    """The points of a line with a gap for each year that has none, so that years stand evenly."""
    years = {int(text): number for text, number in points if str(text).isdecimal()}
    if len(years) != len(points) or not years or max(years) - min(years) > MOST_POINTS:
        return points
    return [[str(year), years.get(year)] for year in range(min(years), max(years) + 1)]


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
    aggregate = aggregate if aggregate in query.AGGREGATES and y else "count"
    order = str(args.get("order") or "")
    if order not in ("value", "name"):
        order = "name" if is_time or kind in ("line", "scatter") else "value"
    if kind == "scatter" and (y is None or query.family(x.type) == "text"):
        kind = "bar"
    return ChartChoice(kind, x, y, aggregate, order)


def _choose_default(columns: Sequence[Column], question: Question, facts: Facts) -> ChartChoice:
    """The first chart that is right; where none is, the likeliest, whose reason is then shown."""
    by_id = {column.id: column for column in columns}
    places = place_columns(columns)
    numbers = [column.id for column in columns if query.family(column.type) == "number" and column.id not in places]
    fixed = fixed_columns(question)
    choices = list(chart_rules.list_choices(facts, [column.id for column in columns], numbers))
    right = (one for one in choices if not chart_rules.find_objection(facts, *one, fixed))
    found = next(right, choices[0] if choices else None)
    if found:
        x, y, aggregate = found
        return ChartChoice("bar", by_id[x], by_id.get(y), aggregate, "value")
    named = [column for column in columns if column.id not in numbers and not IDENTIFIERS.search(column.label)]
    plotted = next((by_id[name] for name in numbers if facts[name]["role"] == "measure"), None)
    return ChartChoice("bar", (named or list(columns))[0], plotted, "sum" if plotted else "count", "value")


def _read_pairs(source: query.Source, question: Question, choice: ChartChoice) -> Sequence[tuple[Any, ...]]:
    """The groups or points, one more than are drawn where there are more."""
    limit = choice.most + 1
    if choice.kind == "scatter" and choice.y:
        return query.read_pairs(source, question, [choice.x.id, choice.y.id], limit=limit)
    number = choice.y.id if choice.y else ""
    by_value = choice.order == "value"
    return query.read_groups(source, question, choice.x.id, number, choice.aggregate, limit=limit, by_value=by_value)


def _list_aggregates() -> list[tuple[str, str]]:
    return [
        ("sum", tk._("Sum")),
        ("avg", tk._("Mean")),
        ("min", tk._("Smallest")),
        ("max", tk._("Largest")),
        ("count", tk._("Number of rows")),
    ]


def _describe_measure(choice: ChartChoice, facts: Facts) -> str:
    """The name of the axis of numbers."""
    aggregate = dict(_list_aggregates())[choice.aggregate]
    if choice.y is None or choice.aggregate == "count":
        return aggregate
    label, unit = label_of(choice.y), choice.y.unit or str(facts[choice.y.id].get("unit") or "")
    if unit and unit not in label:
        label = tk._("{column} [{unit}]").format(column=label, unit=unit)
    return (
        label if choice.kind == "scatter" else tk._("{column} ({aggregate})").format(column=label, aggregate=aggregate)
    )


def _link(question: Question, choice: ChartChoice) -> str:
    """The address that always shows this chart, whatever the page would choose by itself."""
    pairs = [("view", "chart"), ("kind", choice.kind), ("x", choice.x.id), ("y", choice.y.id if choice.y else "")]
    pairs += [("agg", choice.aggregate), ("order", choice.order)] + ([("q", question.q)] if question.q else [])
    return "?" + urlencode([*pairs, *condition_pairs(question.conditions)])
