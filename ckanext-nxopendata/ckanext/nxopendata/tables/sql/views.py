"""Pages: SQL with an address, its result as page, CSV, JSON and picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify, request
from markupsafe import Markup

from ckanext.nxopendata.core.rate_limit import TooOftenError
from ckanext.nxopendata.tables import models, table_lookup
from ckanext.nxopendata.tables.charts import drawing
from ckanext.nxopendata.tables.page.chart_rules import Facts
from ckanext.nxopendata.tables.query import Question
from ckanext.nxopendata.tables.sql import result, writing
from ckanext.nxopendata.tables.sql.actions import StillMakingError
from ckanext.nxopendata.tables.sql.sources import SourceError, open_table

nx_sql = Blueprint("nx_sql", __name__)

SHOWN_ROWS = 200
COMES_BACK = 10
"""Seconds after which a page asks again for what a worker is making."""

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE")


@dataclass(frozen=True, slots=True)
class SqlPage:
    """What the page of a statement shows.

    Attributes:
        found: as ``nx_sql_search`` gives it; None where nothing was asked, or it was refused.
        error: why it was refused; making: that a table is not ready yet, and the page comes back.
        cells: the first rows, as texts.
        picture: the chart; "" where there is none, ``no_chart`` says why.
        table: id of the file that the page was opened for.
        other: what was given to join it with.
        join_error: why no join was written.
        numbers: types of fields whose values are numbers.
    """

    sql: str
    found: dict[str, Any] | None = None
    error: str = ""
    cells: tuple[tuple[str, ...], ...] = ()
    picture: Markup | str = ""
    no_chart: str = ""
    table: str = ""
    other: str = ""
    join_error: str = ""
    making: str = ""
    numbers: tuple[str, ...] = NUMBERS


@nx_sql.route("/sql")
def show() -> Any:
    """The form and the result of a statement; with ``table`` and ``with``, the statement that joins them."""
    sql, table, other = (str(request.args.get(name) or "").strip() for name in ("q", "table", "with"))
    join_error = ""
    if not sql and table:
        sql, join_error = _write(table, other)
        return tk.render("nx_sql/show.html", {"page": SqlPage(sql, table=table, other=other, join_error=join_error)})
    if not sql:
        return tk.render("nx_sql/show.html", {"page": SqlPage("")})
    try:
        found = _search(sql)
    except StillMakingError as problem:
        response = Response(tk.render("nx_sql/show.html", {"page": SqlPage(sql, making=_first_error(problem))}), 202)
        response.headers["Refresh"] = str(COMES_BACK)
        return response
    except tk.ValidationError as problem:
        page = SqlPage(sql, error=_first_error(problem))
        return Response(tk.render("nx_sql/show.html", {"page": page}), status=_status(problem))
    picture: Markup | str = ""
    no_chart = ""
    try:
        plot = result.make_plot(found, _list_notes(found))
        picture = Markup(drawing.draw(plot, fluid=True))  # noqa: S704  each text in it is escaped
    except result.NoPlotError as problem:
        no_chart = problem.message
    cells = tuple(tuple(result.to_cell(value) for value in row) for row in found["records"][:SHOWN_ROWS])
    return tk.render("nx_sql/show.html", {"page": SqlPage(sql, found, "", cells, picture, no_chart)})


@nx_sql.route("/sql.<any(csv, json, svg):ending>")
def file(ending: str) -> Any:
    """The result of a statement as CSV, JSON or picture."""
    try:
        found = _search(str(request.args.get("q") or "").strip(), limit=10_000)
    except StillMakingError as problem:
        return Response(_first_error(problem), 503, {"Retry-After": str(COMES_BACK)}, content_type="text/plain")
    except tk.ValidationError as problem:
        if ending == "json":
            return jsonify({"error": _first_error(problem)}), _status(problem)
        return tk.abort(_status(problem), _first_error(problem))
    if ending == "json":
        return jsonify(found)
    if ending == "csv":
        response = Response("".join(result.to_csv(found)), content_type="text/csv; charset=utf-8")
    else:
        try:
            picture = drawing.draw(result.make_plot(found, _list_notes(found)))
        except result.NoPlotError as problem:
            return tk.abort(400, problem.message)
        response = Response(picture, content_type="image/svg+xml")
    response.headers["Content-Disposition"] = (
        f'{"inline" if ending == "svg" else "attachment"}; filename="sql.{ending}"'
    )
    for source in found["sources"]:
        response.headers.add("Link", f'<{source["dataset_url"]}>; rel="describedby"')
    return response


def _search(sql: str, limit: int = 1_000) -> dict[str, Any]:
    return tk.get_action("nx_sql_search")({}, {"sql": sql, "limit": limit})


def _status(problem: tk.ValidationError) -> int:
    return 429 if isinstance(problem, TooOftenError) else 400


def _first_error(problem: tk.ValidationError) -> str:
    return "; ".join(map(str, problem.error_summary.values()))


def _list_notes(found: dict[str, Any]) -> list[str]:
    """Sources, licences and address beneath a chart."""
    notes = [tk._("Source: {title}").format(title=f"{one['provider']} {one['dataset']}") for one in found["sources"]]
    if found["licences"]:
        titles = ", ".join(one["title"] for one in found["licences"])
        notes.append(tk._("Licence: {licence}").format(licence=titles))
    return notes


def _write(table: str, other: str) -> tuple[str, str]:
    """The statement that shows a table, or joins it with another; and why there is no join."""
    other = other.rstrip("/").rpartition("/resource/")[2].partition("?")[0] or other
    try:
        one = open_table(table, str(tk.g.user or ""))
    except SourceError as problem:
        return "", problem.message
    types = {column.id: column.type for column in one.columns}
    plain = writing.write_select(table, types, Question())
    if not other:
        return plain, ""
    try:
        two = open_table(other, str(tk.g.user or ""))
    except SourceError as problem:
        return plain, problem.message
    left, right = (_list_profiles(source.state, source.columns) for source in (one, two))
    joined = writing.write_join(table, other, left, right)
    if joined is None:
        return plain, tk._("Nothing says how the two tables belong together: they have no place or time in common.")
    return joined, ""


def _list_profiles(state: models.State, columns: Any) -> list[dict[str, Any]]:
    facts: Facts = table_lookup.get_facts(state.resource_id, columns)
    return [{**facts[column.id], "id": column.id, "type": column.type} for column in columns if column.id in facts]
