"""The numbers of a chart, read as whoever asks may read the table, and refused where they would be wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.core.places import gazetteer
from ckanext.nxopendata.tables import grouping, messages, query, table_lookup
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.answers import periods
from ckanext.nxopendata.tables.charts import drawing, regions, token
from ckanext.nxopendata.tables.charts.canvas import Plot
from ckanext.nxopendata.tables.charts.token import ChartSpec
from ckanext.nxopendata.tables.exports import formats
from ckanext.nxopendata.tables.maps import base_map
from ckanext.nxopendata.tables.page import chart_rules, shape_rules
from ckanext.nxopendata.tables.page.address import condition_pairs
from ckanext.nxopendata.tables.page.chart_view import describe_measure
from ckanext.nxopendata.tables.page.column_view import label_of
from ckanext.nxopendata.tables.page.licence_name import name_licence
from ckanext.nxopendata.tables.page.row_view import list_operators, to_text
from ckanext.nxopendata.tables.query import Condition, QueryTimeoutError, Question, QuestionError
from ckanext.nxopendata.tables.reader.columns import Column

MOST_GROUPS = {"line": 500, "scatter": 500, "area": 500, "multiples": 500, "slope": 500, "pyramid": 120, "map": 500}
MOST_BARS = 40
MOST_SERIES = 8
MOST_PANELS = 24


class NoChartError(Exception):
    """There is no such chart for this reader; ``code`` is ``missing``, ``guarded`` or ``wrong``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its numbers.

    Attributes:
        labels: names of the columns of ``rows``: group, series where there are several, number.
        rows: as CSV and JSON have them.
        about: ``dataset``, ``provider``, ``licence``, ``updated``, ``filters``, ``url`` of the dataset, ``table_url``.
        cut: groups or series that are not drawn.
    """

    spec: ChartSpec
    plot: Plot
    labels: Sequence[str]
    rows: Sequence[Sequence[Any]]
    about: Mapping[str, Any]
    cut: int
    changed: dt.datetime | None


def read_chart(spec: ChartSpec) -> Chart:
    """Read a chart.

    Raises:
        NoChartError: its table or a column is gone, this reader may not have the rows, or it would be wrong.
    """
    columns = _list_columns(spec.resource_id)
    by_hash = {token.hash_column(column.id): column for column in columns}
    x, y, split = (by_hash.get(given) if given else None for given in (spec.x, spec.y, spec.split))
    gone = tk._("The table no longer has a column that this chart draws.")
    if x is None or (spec.y and y is None) or (spec.split and split is None):
        raise NoChartError("missing", gone)
    conditions = []
    for given, operator, value in spec.conditions:
        column = by_hash.get(given)
        if column is None:
            raise NoChartError("missing", gone)
        conditions.append(Condition(column.id, operator, value))
    question = Question(spec.q, tuple(conditions))
    facts = table_lookup.get_facts(spec.resource_id, columns)
    fixed = question.fixed | ({split.id} if split else set())
    aggregate = "max" if spec.kind == "scatter" else spec.aggregate
    objection = chart_rules.find_objection(facts, x.id, y.id if y else "", aggregate, fixed)
    if objection:
        labels = {column.id: label_of(column) for column in columns}
        raise NoChartError("wrong", messages.explain_objection(objection, labels))
    source = table_lookup.make_source(spec.resource_id, columns)
    try:
        return _read(spec, source, question, facts, (x, y, split), columns)
    except (QuestionError, QueryTimeoutError) as problem:
        raise NoChartError("wrong", messages.explain_question(problem)) from None


def _list_columns(resource_id: str) -> list[Column]:
    try:
        tk.check_access("nx_table_search", {}, {"id": resource_id})
    except tk.ObjectNotFound:
        raise NoChartError("missing", tk._("There is no such chart: its file is gone or is not public.")) from None
    except tk.NotAuthorized as refused:
        raise NoChartError("guarded", refused.message or tk._("You may not read this file")) from None
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        raise NoChartError("missing", tk._("This file has no table"))
    return columns


def _read(
    spec: ChartSpec,
    source: query.Source,
    question: Question,
    facts: Mapping[str, Mapping[str, Any]],
    drawn: tuple[Column, Column | None, Column | None],
    columns: Sequence[Column],
) -> Chart:
    x, y, split = drawn
    x_label, y_label = label_of(x), describe_measure(spec.kind, spec.aggregate, y, facts)
    about = _describe(spec.resource_id, question, columns)
    title = spec.title or tk._("{numbers} by {groups}").format(numbers=y_label, groups=x_label)
    state = states.get_state(spec.resource_id)
    plot = Plot(spec.kind, title, x_label, y_label, (), (), notes=about["notes"])
    if spec.kind == "scatter" and y is not None:
        most = MOST_GROUPS["scatter"]
        pairs = grouping.read_pairs(source, question, [x.id, y.id], limit=most + 1)
        points = tuple((float(a), float(b)) for a, b in pairs[:most])
        plot = replace(plot, kind="scatter", points=points)
        rows = [(formats.to_json(a), formats.to_json(b)) for a, b in pairs[:most]]
        return Chart(spec, plot, (x_label, y_label), rows, about, len(pairs) > most, state.changed if state else None)
    cells = grouping.read_series(
        source, question, x.id, split.id if split else "", y.id if y else "", spec.aggregate, limit=5000
    )
    named = name_values([group for group, _, _ in cells], facts[x.id])
    parts = name_values([name for _, name, _ in cells], facts[split.id]) if split else {}
    table = {(named[group], parts[name] if split else y_label): number for group, name, number in cells}
    groups = list(dict.fromkeys(named[group] for group, _, _ in cells))
    names = list(dict.fromkeys(name for _, name in table))
    wholes = _find_wholes(named)
    groups = [group for group in groups if group not in wholes]
    inner = _find_wholes(parts)
    names = [name for name in names if name not in inner]

    def size(name: str) -> float:
        return sum(abs(float(table[group, name] or 0)) for group in groups if (group, name) in table)

    room = MOST_PANELS if spec.kind in ("multiples", "slope") else MOST_SERIES
    kept, others = sorted(names, key=size, reverse=True)[:room], len(names) - room
    names = [name for name in names if name in kept]
    if spec.kind == "pyramid":
        groups = shape_rules.sort_ages(groups)
    elif spec.order == "value" and spec.kind not in shape_rules.TIMED:
        groups.sort(key=lambda group: -max(float(table.get((group, name)) or 0) for name in names) if names else 0.0)
    most = MOST_GROUPS.get(spec.kind, MOST_BARS)
    shown = groups[:most]
    series = tuple((name, tuple(_to_number(table.get((group, name))) for group in shown)) for name in names)
    times = [periods.of_cell(group) for group in shown]
    is_time = spec.kind in shape_rules.TIMED and all(times)
    problem = shape_rules.find_problem(spec.kind, spec.aggregate, x.label, times if is_time else (), series)
    if others > 0 and spec.kind in shape_rules.STACKED:
        problem = "too_many"  # what is left out would be missing in the whole
    if problem:
        raise NoChartError("wrong", messages.explain_shape(problem))
    notes = list(plot.notes)
    left_out = sorted(wholes | inner)
    if left_out:
        notes.insert(
            0, tk._("Not drawn, for they overlap with other groups: {names}").format(names=", ".join(left_out))
        )
    if others > 0:
        text = tk._("Only the {number} largest series are drawn; choose others by filters.")
        notes.insert(0, text.format(number=room))
    cut = len(groups) - len(shown)
    if cut:
        notes.insert(
            0, tk._("Only the first {number} groups are drawn; narrow the data by filters.").format(number=most)
        )
    if spec.kind == "map":
        plot = _add_map(plot, shown, series)
        notes = [*plot.notes, *notes]
    plot = replace(plot, groups=tuple(shown), series=series, times=tuple(times) if is_time else (), notes=tuple(notes))
    rows = [
        ((group, name, formats.to_json(table[group, name])) if split else (group, formats.to_json(table[group, name])))
        for group in groups
        for name in names
        if (group, name) in table
    ]
    labels = (x_label, label_of(split), y_label) if split else (x_label, y_label)
    return Chart(spec, plot, labels, rows, about, cut, state.changed if state else None)


def name_values(values: Sequence[Any], fact: Mapping[str, Any]) -> dict[Any, str]:
    """Return the names of groups: of places in the reader's language, never their codes.

    Args:
        fact: the profile of their column.
    """
    plain = {value: to_text(value) for value in values}
    if fact.get("role") != "place":
        return plain
    named = {}
    for value, text in plain.items():
        code = gazetteer.find_code(text)
        named[value] = (
            gazetteer.name_of(code, reader_language()) if code and (not is_chinese() or text == code) else text
        )
    return named if len(set(named.values())) == len(named) else plain  # two ways to write one place stay two groups


def _find_wholes(named: Mapping[Any, str]) -> set[str]:
    """The names of groups that hold others, found by what the table says: only that is in Chinese or a code."""
    names = {to_text(value): name for value, name in named.items()}
    return {names[text] for text in chart_rules.find_wholes(list(names))}


def _add_map(plot: Plot, groups: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]]) -> Plot:
    """The plot with its map; what is said of it stands in the notes."""
    numbers = dict(zip(groups, series[0][1], strict=True)) if series else {}
    placed = regions.place_numbers(numbers)
    if placed.twice or not placed.values:
        raise NoChartError("wrong", messages.explain_shape("rows" if placed.twice else "places"))
    base = base_map.load()
    picture = regions.make_region_map(placed.values, base, reader_language())
    schematic = tk._(
        "Schematic: simplified areas of the cities without any authority on boundaries (Apache ECharts, Apache-2.0)."
    )
    approved = tk._("Approval number of the map: {number}").format(number=base.approval)
    notes = [approved if base.approval else schematic]
    if any(not region.path for region in picture.regions):
        notes.append(tk._("Counties stand as circles at their seats (GeoNames, CC BY 4.0)."))
    if placed.left_out:
        text = tk._("Not on the map: {names}")
        notes.append(text.format(names=("、" if is_chinese() else ", ").join(placed.left_out)))
    return replace(plot, regions=picture, notes=tuple(notes))


def _to_number(value: Any) -> float | None:
    return None if value is None else float(value)


def _describe(resource_id: str, question: Question, columns: Sequence[Column]) -> dict[str, Any]:
    """Source, day, licence and filters, in words."""
    resource = tk.get_action("resource_show")({}, {"id": resource_id})
    dataset = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    organization = dataset.get("organization") or {}
    provider = tk.h.nx_department_title(organization["name"]) if organization else ""
    title = str(tk.h.nx_text(dataset, "title").striptags())
    updated = tk.h.nx_date(dataset["metadata_modified"])
    licence = name_licence(dataset)
    url = tk.h.url_for("dataset.read", id=dataset["name"], qualified=True)
    labels, operators = {column.id: label_of(column) for column in columns}, dict(list_operators())
    filters = [f"{labels[one.column]} {operators[one.operator]} {one.value}".strip() for one in question.conditions]
    filters += [question.q] if question.q else []
    comma = "；" if is_chinese() else "; "
    parts = [tk._("Source: {title}").format(title=title), provider, tk._("Updated") + " " + updated]
    parts += [tk._("Licence: {licence}").format(licence=licence)] if licence else []
    notes = [tk._("Filters: {filters}").format(filters=comma.join(filters))] if filters else []
    notes += [" · ".join(part for part in parts if part), url]
    pairs = condition_pairs(question.conditions) + ([("q", question.q)] if question.q else [])
    table_url = tk.h.url_for("dataset_resource.read", id=dataset["name"], resource_id=resource_id)
    return {
        "dataset": title,
        "provider": provider,
        "licence": licence,
        "updated": updated,
        "filters": filters,
        "notes": tuple(notes),
        "url": url,
        "name": dataset["name"],
        "table_url": table_url,
        "query": urlencode(pairs),
    }


def draw_svg(chart: Chart, *, fluid: bool = False) -> str:
    """Return the picture of a chart; a fluid one is as wide as its place."""
    return drawing.draw(chart.plot, fluid=fluid)
