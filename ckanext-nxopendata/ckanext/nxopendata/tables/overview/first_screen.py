"""What the page of a dataset shows of its data at once: key figures, first rows, the chart chosen for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import query, table_lookup
from ckanext.nxopendata.tables.answers import index, periods
from ckanext.nxopendata.tables.charts import data as chart_data
from ckanext.nxopendata.tables.default_charts import choosing
from ckanext.nxopendata.tables.page import chart_rules
from ckanext.nxopendata.tables.page.chart_rules import EVENT
from ckanext.nxopendata.tables.page.column_view import label_of, unit_of
from ckanext.nxopendata.tables.page.row_view import make_rows_view
from ckanext.nxopendata.tables.query import QueryTimeoutError, Question, QuestionError
from ckanext.nxopendata.tables.reader.columns import Column

SHOWN_ROWS = 8
SHOWN_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The data of a dataset in short.

    Attributes:
        resource_id: of the file that is shown.
        figures: name and text each: rows, columns, time, places.
        columns: label, unit, whether it holds numbers.
        rows: texts of the first rows.
        total: rows of the table; more_columns: how many columns are not shown.
        chart: ``id`` of its address, ``title`` and ``picture`` (SVG), or None where none is right.
        reason: why there is no chart, where a rule says so.
    """

    resource_id: str
    figures: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str, bool]]
    rows: Sequence[Sequence[str]]
    total: int
    more_columns: int
    chart: Mapping[str, str] | None
    reason: str

    @property
    def picture(self) -> Markup:
        """The chart for the page; each text in it is escaped where it is drawn."""
        return Markup(self.chart["picture"] if self.chart else "")  # noqa: S704


def make_first_screen(dataset: Mapping[str, Any]) -> FirstScreen | None:
    """Return the data of a dataset in short, of the first of its files that this reader may read as a table."""
    resources = dataset.get("resources") or ()
    known = states.list_states([resource["id"] for resource in resources])
    ready = {id_: state for id_, state in known.items() if state.state == states.READY}
    public = index.select_public(ready)
    for resource in resources:
        state = ready.get(resource["id"])
        if state is None:
            continue
        if resource["id"] in public:
            name = f"tables:first:{resource['id']}:{state.changed.isoformat()}:{reader_language()}"
            found = caching.cached(name, lambda resource_id=resource["id"]: _read(resource_id))
        elif tk.h.check_access("nx_table_search", {"id": resource["id"]}):
            found = _read(resource["id"])
        else:
            continue
        if found:
            return FirstScreen(resource_id=resource["id"], **found)
    return None


def _read(resource_id: str) -> dict[str, Any] | None:
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        return None
    source = table_lookup.make_source(resource_id, columns)
    try:
        facts = table_lookup.get_facts(resource_id, columns)
        measures = chart_rules.list_measures(facts)
        view = make_rows_view(source, columns, Question(), size=SHOWN_ROWS, page=1, measures=measures)
    except (QuestionError, QueryTimeoutError):
        return None
    default = choosing.choose(resource_id, columns, facts)
    shown = columns[:SHOWN_COLUMNS]
    return {
        "figures": _list_figures(view.total, columns, facts),
        "columns": [(label_of(column), unit_of(column), query.family(column.type) == "number") for column in shown],
        "rows": [[cell.text for cell in row.cells[:SHOWN_COLUMNS]] for row in view.rows],
        "total": view.total,
        "more_columns": len(columns) - len(shown),
        "chart": _draw(default),
        "reason": "" if default.choice == "none" else default.reason,
    }


def _draw(default: choosing.Default) -> dict[str, str] | None:
    if default.chart is None:
        return None
    picture = chart_data.draw_svg(default.chart, fluid=True)
    return {"id": default.chart_id, "title": default.chart.plot.title, "picture": picture}


def _list_figures(
    rows: int, columns: Sequence[Column], facts: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, str]]:
    figures = [(tk._("Rows"), f"{rows:,}"), (tk._("Columns"), f"{len(columns):,}")]
    times = [
        fact for fact in facts.values() if fact["role"] == "time" and not EVENT.search(str(fact.get("header") or ""))
    ]
    if times and times[0].get("least"):
        ends = [periods.of_cell(times[0][end]) for end in ("least", "greatest")]
        text = ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"
        if all(ends):
            figures.append((tk._("Time"), text))
    places = [fact for fact in facts.values() if fact["role"] == "place" and fact.get("top")]
    if places:
        figures.append((tk._("Places"), f"{max(fact['distinct'] for fact in places):,}"))
    return figures
