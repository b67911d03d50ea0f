"""A chart of a table: what is drawn, and the choices of its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.tabular.values.types import IDENTIFIERS
from ckanext.nxopendata.tables import export, query
from ckanext.nxopendata.tables.page.address import condition_pairs
from ckanext.nxopendata.tables.page.column_view import label_of, place_columns
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Question
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


def make_chart_view(source: query.Source, columns: Sequence[Column], question: Question, args: Any) -> ChartView:
    """Read and describe the chart that an address asks for.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    numbers = [column for column in columns if query.family(column.type) == "number"]
    choice = choose_chart(columns, args)
    pairs = _read_pairs(source, question, choice)
    points = [(to_text(key), export.to_json(key), export.to_json(number)) for key, number in pairs[: choice.most]]
    points = [point for point in points if point[2] is not None]
    x_label, y_label = label_of(choice.x), _describe_measure(choice)
    drawn = [[value if choice.kind == "scatter" else text, number] for text, value, number in points]
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
        data={"kind": choice.kind, "x": x_label, "y": y_label, "points": drawn},
    )


def choose_chart(columns: Sequence[Column], args: Any) -> ChartChoice:
    """Return the chart of an address; what it does not say, or says of columns that are not there, is chosen."""
    by_id = {column.id: column for column in columns}
    numbers = [column for column in columns if query.family(column.type) == "number"]
    places = place_columns(columns)
    plotted = [column for column in numbers if column.precision != "year" and column.id not in places]
    others = [column for column in columns if column not in plotted and column.id not in places]
    dated = [column for column in columns if column.precision]
    named = [column for column in others if not IDENTIFIERS.search(column.label)]
    x = by_id.get(str(args.get("x"))) or (dated or named or others or list(columns))[0]
    y = by_id.get(str(args.get("y"))) if "y" in args else (plotted[0] if plotted else None)
    y = y if y in numbers else None
    kind = str(args.get("kind") or ("line" if x in dated else "bar"))
    kind = kind if kind in KINDS else "bar"
    aggregate = str(args.get("agg") or ("sum" if y else "count"))
    aggregate = aggregate if aggregate in query.AGGREGATES and y else "count"
    order = str(args.get("order") or "")
    if order not in ("value", "name"):
        order = "name" if x in dated or kind in ("line", "scatter") else "value"
    if kind == "scatter" and (y is None or query.family(x.type) == "text"):
        kind = "bar"
    return ChartChoice(kind, x, y, aggregate, order)


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


def _describe_measure(choice: ChartChoice) -> str:
    """The name of the axis of numbers."""
    aggregate = dict(_list_aggregates())[choice.aggregate]
    if choice.y and choice.kind == "scatter":
        return label_of(choice.y)
    if choice.y is None or choice.aggregate == "count":
        return aggregate
    return tk._("{column} ({aggregate})").format(column=label_of(choice.y), aggregate=aggregate)


def _link(question: Question, choice: ChartChoice) -> str:
    """The address that always shows this chart, whatever the page would choose by itself."""
    pairs = [("view", "chart"), ("kind", choice.kind), ("x", choice.x.id), ("y", choice.y.id if choice.y else "")]
    pairs += [("agg", choice.aggregate), ("order", choice.order)] + ([("q", question.q)] if question.q else [])
    return "?" + urlencode([*pairs, *condition_pairs(question.conditions)])
