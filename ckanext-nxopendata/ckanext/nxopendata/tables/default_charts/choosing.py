"""Which chart a table is shown with first, and why none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from ckanext.nxopendata.tables.charts import data, token
from ckanext.nxopendata.tables.charts.data import Chart, NoChartError
from ckanext.nxopendata.tables.default_charts import models
from ckanext.nxopendata.tables.page import chart_view
from ckanext.nxopendata.tables.query import Question
from ckanext.nxopendata.tables.reader.columns import Column

MOST_BARS = 30
FEWEST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Default:
    """The chart of a table.

    Attributes:
        choice: ``rules``, ``none`` or ``chart``: who chose.
        chart: None where there is none.
        chart_id: its address, or that of the chosen one, which can no longer be drawn.
        reason: why there is none, in the reader's language; "" where nothing says so.
    """

    choice: str
    chart: Chart | None = None
    chart_id: str = ""
    reason: str = ""


def choose(resource_id: str, columns: Sequence[Column], facts: Mapping[str, Mapping[str, Any]]) -> Default:
    """Return the chart of a table: that of its department while it is right, else that of the rules."""
    choice = models.get_choice(resource_id)
    if choice == models.NONE:
        return Default(models.NONE)
    if choice != models.RULES:
        try:
            return Default("chart", data.read_chart(token.from_token(choice)), choice)
        except NoChartError as problem:
            found = _choose_by_rules(resource_id, columns, facts)
            return Default("chart", found.chart, found.chart_id or choice, problem.message)
    return _choose_by_rules(resource_id, columns, facts)


def _choose_by_rules(resource_id: str, columns: Sequence[Column], facts: Mapping[str, Mapping[str, Any]]) -> Default:
    view = chart_view.make_chart_view(columns, Question(), MultiDict(), facts)
    if view.reason or not view.y:
        return Default(models.RULES, reason=view.reason)
    spec = token.make_spec(resource_id, view.kind, (view.x, view.y, ""), view.agg, view.order, (), "")
    try:
        chart = data.read_chart(spec)
    except NoChartError:
        return Default(models.RULES)
    groups = len(chart.plot.groups)
    if groups < FEWEST_GROUPS or (chart.plot.kind == "bar" and groups > MOST_BARS):
        return Default(models.RULES)
    return Default(models.RULES, chart, token.to_token(spec))
