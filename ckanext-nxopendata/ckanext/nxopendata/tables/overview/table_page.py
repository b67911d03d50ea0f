"""The page of a file's table, put together for the question in its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.nxopendata.tables import messages, table_lookup
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.charts import data as chart_data
from ckanext.nxopendata.tables.charts import token
from ckanext.nxopendata.tables.explorer.chart_choices import SeriesChoice, YearSpan, find_years, list_series
from ckanext.nxopendata.tables.explorer.column_menu import ColumnMenu, make_column_menu
from ckanext.nxopendata.tables.explorer.row_detail import RowDetail, read_row
from ckanext.nxopendata.tables.maps.map_view import MapView, has_map, make_map_view
from ckanext.nxopendata.tables.page import chart_rules, examples
from ckanext.nxopendata.tables.page.address import (
    Address,
    choose_columns,
    parse_number,
    parse_question,
    read_address,
)
from ckanext.nxopendata.tables.page.chart_rules import Facts
from ckanext.nxopendata.tables.page.chart_view import ChartView, make_chart_view
from ckanext.nxopendata.tables.page.column_view import ColumnView, make_column_views
from ckanext.nxopendata.tables.page.row_view import (
    FilterView,
    RowsView,
    list_operators,
    make_filter_views,
    make_rows_view,
)
from ckanext.nxopendata.tables.query import Condition, QueryTimeoutError, Question, QuestionError
from ckanext.nxopendata.tables.reader.columns import Column
from ckanext.nxopendata.tables.sql import writing as sql_writing

GUARDED = "guarded"
"""State of a table whose rows this reader may not have."""

SIZES = (20, 50, 100)


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to look at the table."""

    name: str
    label: str
    link: str
    current: bool


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart with its numbers, its address and its picture."""

    chart: chart_data.Chart
    chart_id: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Download:
    """A format to download: links to the whole table, and to the rows that answer the question."""

    label: str
    all: str
    part: str


@dataclass(frozen=True, slots=True)
class TablePage:
    """Everything the page shows of a table.

    Attributes:
        state, message: of the table; ``guarded`` where the reader may not have the rows.
        columns: none where there are no rows to show; then all that follows is empty.
        shown: those of them that the rows have, in order.
        hidden: label of each column that is hidden, and the link that shows it again.
        around: what stands around the data in the file, see :class:`ckanext.nxopendata.tables.models.State`.
        told: what is wrong in the file or left out of it, in words.
        reasons: why rows are not among the data: reason -> words.
        plan_link: to the reading plan; "" for readers who may not see it.
        error: what is wrong with the question; then there are no rows, chart or map.
        bounds: what the words of the question do not find, because the table is large.
        narrowed: whether the question leaves rows out, hides columns or orders the rows.
        rows, row, chart, map: one of them, by the current tab; ``row`` is one alone.
        conditions: of the question.
        sql_links: to the same question as SQL, and to the page that joins the table with another.
        menu: of a column of the rows.
        drawn: the picture of the chart.
        series, years: what it may draw.
    """

    state: str
    message: str
    columns: tuple[ColumnView, ...] = ()
    shown: tuple[ColumnView, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    around: Mapping[str, Any] = field(default_factory=dict)
    told: Sequence[str] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    plan_link: str = ""
    address: Address = field(default_factory=lambda: Address(()))
    q: str = ""
    operators: Sequence[tuple[str, str]] = ()
    size: int = SIZES[0]
    sizes: tuple[int, ...] = SIZES
    tabs: tuple[Tab, ...] = ()
    tab: str = "table"
    filters: tuple[FilterView, ...] = ()
    conditions: tuple[Condition, ...] = ()
    bounds: str = ""
    narrowed: bool = False
    error: str = ""
    rows: RowsView | None = None
    row: RowDetail | None = None
    menu: ColumnMenu | None = None
    chart: ChartView | None = None
    drawn: DrawnChart | None = None
    series: tuple[SeriesChoice, ...] = ()
    years: YearSpan | None = None
    map: MapView | None = None
    downloads: tuple[Download, ...] = ()
    sql_links: tuple[str, str] = ("", "")
    examples: Sequence[examples.Example] = ()


@dataclass(frozen=True, slots=True)
class _Content:
    """What the current tab shows, or why it shows nothing."""

    rows: RowsView | None = None
    row: RowDetail | None = None
    menu: ColumnMenu | None = None
    chart: ChartView | None = None
    drawn: DrawnChart | None = None
    series: tuple[SeriesChoice, ...] = ()
    years: YearSpan | None = None
    map: MapView | None = None
    error: str = ""


def make_table_page(resource: Mapping[str, Any], args: Any) -> TablePage | None:
    """Return the page of a file's table for the question in the address.

    Args:
        args: parameters of the request (``werkzeug.MultiDict``).

    Returns:
        None for a file without a table and without a state.
    """
    resource_id = resource["id"]
    state = states.get_state(resource_id)
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        return TablePage(state.state, _describe(state), plan_link=_link_plan(resource)) if state else None
    access = tk.h.nx_resource_access(resource_id, rows=True)
    if not access.allowed or not tk.h.check_access("nx_table_search", {"id": resource_id}):
        return TablePage(GUARDED, access.message)
    address = read_address(args)
    question = parse_question(args, columns)
    size = parse_number(args.get("size"), SIZES[0])
    size = size if size in SIZES else SIZES[0]
    facts = table_lookup.get_facts(resource_id, columns)
    tabs = _make_tabs(columns, facts, address, str(args.get("view") or "table"))
    tab = next(tab.name for tab in tabs if tab.current)
    content = _read_content(resource_id, columns, question, args, address, facts, tab=tab, size=size)
    views = make_column_views(columns, address, question.order, _profiles(state))
    by_id = {view.id: view for view in views}
    shown = tuple(by_id[column.id] for column in choose_columns(args, columns))
    q = str(args.get("q") or "")
    return TablePage(
        state=states.READY,
        message=_describe(state) if state else "",  # while a new version is read, the old table stays and says so
        columns=views,
        shown=shown,
        hidden=_list_hidden(views, shown, address),
        around=state.around if state else {},
        told=_list_told(state),
        reasons=messages.list_reasons(),
        plan_link=_link_plan(resource),
        address=address,
        q=q,
        operators=list_operators(),
        size=size,
        tabs=tabs,
        tab=tab,
        filters=make_filter_views(question, columns, address),
        conditions=question.conditions,
        bounds=_describe_bounds(resource_id, columns, q),
        narrowed=bool(question.narrowed or question.order or len(shown) < len(columns)),
        error=content.error,
        rows=content.rows,
        row=content.row,
        menu=content.menu,
        chart=content.chart,
        drawn=content.drawn,
        series=content.series,
        years=content.years,
        map=content.map,
        downloads=_make_downloads(resource, address),
        sql_links=_make_sql_links(resource_id, columns, question, [view.id for view in shown]),
        examples=_make_examples(resource_id, q or _pick_word(choose_columns(args, columns), content.rows)),
    )


def _list_hidden(
    views: Sequence[ColumnView], shown: Sequence[ColumnView], address: Address
) -> tuple[tuple[str, str], ...]:
    hidden = [view for view in views if view not in shown]
    return tuple((view.label, address.but(hide=[other.id for other in hidden if other is not view])) for view in hidden)


def _profiles(state: states.State | None) -> Mapping[str, Mapping[str, Any]]:
    found = states.get_profile(state)
    return {profile["id"]: profile for profile in found.columns} if found else {}


def _describe_bounds(resource_id: str, columns: list[Column], q: str) -> str:
    if not any(word[0].isascii() for word in q.split()) or not table_lookup.make_source(resource_id, columns).is_large:
        return ""
    return tk._(
        "The table is large: letters and digits are looked for where a word of a text begins. "
        "For other places, and for numbers, add a filter."
    )


def _list_told(state: states.State | None) -> list[str]:
    around = state.around if state else {}
    return messages.list_findings(around.get("findings") or {}, around.get("lines") or ())


def _link_plan(resource: Mapping[str, Any]) -> str:
    if not tk.h.check_access("nx_table_plan_show", {"id": resource["id"]}):
        return ""
    return tk.h.url_for("nx_table_plans.edit", id=resource["package_id"], resource_id=resource["id"])


def _describe(state: states.State) -> str:
    return messages.describe_state(state.state, state.code, state.params)


def _read_content(
    resource_id: str,
    columns: list[Column],
    question: Question,
    args: Any,
    address: Address,
    facts: Facts,
    *,
    tab: str,
    size: int,
) -> _Content:
    source = table_lookup.make_source(resource_id, columns)
    try:
        if tab == "chart":
            view = make_chart_view(columns, question, args, facts)
            series = list_series(source, columns, question, address, view.split)
            years = find_years(columns, question, view.x, facts.get(view.x))
            if view.reason:
                return _Content(chart=view, series=series, years=years)
            try:
                drawn = _draw(resource_id, view, question)
            except chart_data.NoChartError as problem:
                return _Content(chart=replace(view, reason=problem.message), series=series, years=years)
            return _Content(chart=view, drawn=drawn, series=series, years=years)
        if tab == "map":
            return _Content(map=make_map_view(source, columns, question, args, address, facts))
        measures = chart_rules.list_measures(facts)
        if "row" in args:
            row = read_row(source, columns, measures, parse_number(args.get("row"), 0), address)
            return _Content(row=row, error="" if row else tk._("The table has no such row."))
        column, part = str(args.get("col") or ""), str(args.get("fq") or "").strip()
        profile = facts.get(column) if (facts.get(column) or {}).get("top") else None
        menu = make_column_menu(source, columns, question, address, column, part, profile) if column else None
        rows = make_rows_view(
            source,
            choose_columns(args, columns),
            question,
            size=size,
            page=parse_number(args.get("page"), 1),
            measures=measures,
            address=address,
            total=menu.rows if menu else None,
        )
        return _Content(rows=rows, menu=menu)
    except (QuestionError, QueryTimeoutError) as problem:
        return _Content(error=messages.explain_question(problem))


def _draw(resource_id: str, view: ChartView, question: Question) -> DrawnChart:
    """The picture of a chart, and the address by which it is shared."""
    columns = (view.x, view.y, view.split)
    spec = token.make_spec(
        resource_id, view.kind, columns, view.agg, view.order, question.conditions, question.q, view.title
    )
    chart = chart_data.read_chart(spec)
    return DrawnChart(chart, token.to_token(spec), Markup(chart_data.draw_svg(chart, fluid=True)))  # noqa: S704  each text in it is escaped


def _make_tabs(columns: Sequence[Column], facts: Facts, address: Address, wanted: str) -> tuple[Tab, ...]:
    labels = {"table": tk._("Table"), "chart": tk._("Chart")}
    if has_map(columns, facts):
        labels["map"] = tk._("Map")
    current = wanted if wanted in labels else "table"
    return tuple(
        Tab(name, label, address.but(view=None if name == "table" else name), name == current)
        for name, label in labels.items()
    )


def _make_sql_links(
    resource_id: str, columns: Sequence[Column], question: Question, shown: Sequence[str]
) -> tuple[str, str]:
    statement = sql_writing.write_select(resource_id, {column.id: column.type for column in columns}, question, shown)
    return tk.h.url_for("nx_sql.show", q=statement), tk.h.url_for("nx_sql.show", table=resource_id)


def _make_downloads(resource: Mapping[str, Any], address: Address) -> tuple[Download, ...]:
    formats: list[tuple[str, str, list[tuple[str, str]]]] = [
        ("csv", "CSV", []),
        ("csv", tk._("CSV for Excel"), [("bom", "1")]),
        ("xlsx", "XLSX", []),
        ("json", "JSON", []),
        ("jsonl", "JSON Lines", []),
        ("xml", "XML", []),
        ("parquet", "Parquet", []),
    ]
    downloads = []
    for ending, label, more in formats:
        url = tk.h.url_for("nx_tables.download", id=resource["package_id"], resource_id=resource["id"], ending=ending)
        downloads.append(Download(label, _with(url, more), _with(url, [*address.export_pairs(), *more])))
    return tuple(downloads)


def _with(url: str, pairs: list[tuple[str, str]]) -> str:
    return f"{url}?{urlencode(pairs)}" if pairs else url


def _make_examples(resource_id: str, q: str) -> list[examples.Example]:
    url = tk.h.url_for("api.action", ver=3, logic_function="datastore_search", qualified=True, locale="default")
    return examples.make_examples(url, resource_id, q)


def _pick_word(columns: Sequence[Column], view: RowsView | None) -> str:
    """A short Chinese text of the first row, so that an example finds something."""
    for row in view.rows[:1] if view else ():
        for cell, column in zip(row.cells, columns, strict=True):
            if column.type == "text" and 1 < len(cell.text) <= 20 and any(sign >= "\u4e00" for sign in cell.text):
                return cell.text
    return ""
