"""What the page of a file shows of its table: rows, filters, a chart, a map, downloads, examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.catalogue.uploads import path_of
from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.core.tabular import spreadsheet
from ckanext.nxopendata.tables import actions, examples, export, messages, query, svg_map, table_lookup
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.query import BadQuestion, Condition, Question, TooSlow
from ckanext.nxopendata.tables.reader.columns import IDENTIFIERS, Column

SIZES = (20, 50, 100)
SHOWN = 300
"""Characters of a cell that the page shows; the rest is in its title."""
CHARTS = ("bar", "line", "pie", "scatter")
MOST_BARS, MOST_POINTS, MOST_SLICES = 40, 500, 12
KEPT = ("q", "c", "o", "v", "sort", "size")
"""Parameters of the address that make up the question."""
CHART_KEPT = ("x", "y", "agg", "kind", "order")
HEAD_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class _Address:
    """The parameters of this page, and links that change some of them."""

    pairs: tuple[tuple[str, str], ...]

    def but(self, **changes: Any) -> str:
        """A relative link: None takes a parameter out; every change goes back to the first page."""
        gone = {*changes, "page"}
        kept = [(key, value) for key, value in self.pairs if key not in gone]
        kept += [(key, str(value)) for key, value in changes.items() if value is not None]
        return "?" + urlencode(kept) + "#nx-table"

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """The parameters a form must carry along."""
        return [(key, value) for key, value in self.pairs if key not in but and key != "page"]


# Tables


def nx_table_page(resource: dict[str, Any]) -> dict[str, Any] | None:
    """Everything the page shows of a file's table, for the question in the address.

    Returns:
        None for a file without a table and without a state; else a dictionary with ``state`` and ``message``, and when
        the reader may have the rows: ``columns``, ``tab``, ``tabs``, ``total``, ``rows``, ``filters``, ``error``, …
    """
    resource_id = resource["id"]
    state = states.get(resource_id)
    found = table_lookup.columns(resource_id)
    if state is None and not found:
        return None
    if not found:
        message = messages.of_state(state.state, state.code, state.params) if state else ""
        return {"state": state.state if state else "", "message": message, "columns": []}
    may = tk.h.nx_resource_access(resource_id)
    if not may.allowed or not tk.h.check_access("nx_table_search", {"id": resource_id}):
        return {"state": "guarded", "message": may.message, "columns": []}
    args = tk.request.args
    address = _Address(tuple((key, one) for key, one in args.items(multi=True) if key in (*KEPT, *CHART_KEPT, "view")))
    shown = _columns(found, address, str(args.get("sort") or ""))
    result: dict[str, Any] = {
        "state": states.READY,
        "message": _reloading(state),
        "columns": shown,
        "around": state.around if state else {},
        "all_rows": state.rows if state else None,
        "error": "",
        "address": address,
        "q": str(args.get("q") or ""),
        "operators": _operators(),
        "size": _size(),
        "sizes": SIZES,
        "tabs": _tabs(found, address),
    }
    result["tab"] = next((name for name, _, _, current in result["tabs"] if current), "table")
    source = table_lookup.source(resource_id, found)
    asked = Question()
    try:
        asked = question(args, found)
        result["filters"] = _filters(asked, found, address)
        result["narrowed"] = asked.narrowed
        {"chart": _chart, "map": _map}.get(result["tab"], _rows)(result, source, found, asked)
    except (BadQuestion, TooSlow) as problem:
        result["error"] = actions.explain(problem)
    result.setdefault("filters", [])
    result["downloads"] = _downloads(resource, address)
    result["examples"] = _examples(resource_id, found, result)
    return result


def question(args: Any, found: Sequence[Column]) -> Question:
    """The question in an address: ``q``, ``c`` ``o`` ``v`` (column, operator, value, each as often), ``sort``."""
    types = {column.id: query.family(column.type) for column in found}
    conditions = []
    for column, operator, value in zip(args.getlist("c"), args.getlist("o"), args.getlist("v"), strict=False):
        if not column or (not value.strip() and operator not in ("empty", "filled")):
            continue
        # One list of operators serves all columns of the form without scripts; "contains" fits text only.
        if operator == "has" and types.get(column, "text") != "text":
            operator = "is"
        conditions.append(Condition(column, operator, value.strip()))
    sort = str(args.get("sort") or "")
    return Question(str(args.get("q") or "").strip(), tuple(conditions), sort.removeprefix("-"), sort.startswith("-"))


def _rows(result: dict[str, Any], source: query.Source, found: Sequence[Column], asked: Question) -> None:
    size = result["size"]
    page = max(_whole(tk.request.args.get("page"), 1), 1)
    total, rows = query.page(source, asked, size, (page - 1) * size)
    last = max((total + size - 1) // size, 1)
    if page > last:
        page = last
        total, rows = query.page(source, asked, size, (page - 1) * size)
    result |= {"total": total, "page": page, "last": last, "first": (page - 1) * size}
    result["rows"] = [[_cell(value, column) for value, column in zip(row, found, strict=True)] for row in rows]


def _cell(value: Any, column: Column) -> dict[str, str]:
    text = _shown(value)
    short = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    number = query.family(column.type) == "number"
    return {"text": short, "title": text if short != text else "", "kind": "nx-num" if number else ""}


def _shown(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text and len(text) > 12 else text
    return export.text(value)


def _columns(found: Sequence[Column], address: _Address, sort: str) -> list[dict[str, Any]]:
    result = []
    for column in found:
        up, down = sort == column.id, sort == f"-{column.id}"
        link = address.but(sort=f"-{column.id}" if up else None if down else column.id)
        result.append(
            {
                "id": column.id,
                "label": label(column),
                "other": column.label if label(column) != column.label else column.label_en,
                "notes": column.notes,
                "type": column.type,
                "type_label": type_label(column),
                "family": query.family(column.type),
                "unit": column.unit,
                "item": column.item,
                "sorted": "ascending" if up else "descending" if down else "",
                "link": link,
            }
        )
    return result


def label(column: Column) -> str:
    """The header in the reader's language."""
    return column.label if is_chinese() else (column.label_en or column.label)


def type_label(column: Column) -> str:
    """What kind of values a column holds, in words."""
    if column.precision == "year":
        return tk._("Year")
    if column.precision:
        return tk._("Date of varying precision") if column.precision == "mixed" else tk._("Month")
    names = {
        "int8": tk._("Whole number"),
        "int4": tk._("Whole number"),
        "numeric": tk._("Number"),
        "float8": tk._("Number"),
        "date": tk._("Date"),
        "timestamp": tk._("Date and time"),
        "text": tk._("Text"),
    }
    return names.get(column.type, column.type)


def _operators() -> list[tuple[str, str]]:
    return [
        ("has", tk._("contains")),
        ("is", tk._("is")),
        ("isnot", tk._("is not")),
        ("ge", tk._("at least")),
        ("le", tk._("at most")),
        ("empty", tk._("is empty")),
        ("filled", tk._("is not empty")),
    ]


def _filters(asked: Question, found: Sequence[Column], address: _Address) -> list[dict[str, str]]:
    labels, operators = {column.id: label(column) for column in found}, dict(_operators())
    result = []
    for number, condition in enumerate(asked.conditions):
        rest = [one for place, one in enumerate(asked.conditions) if place != number]
        pairs = [(key, value) for key, value in address.pairs if key not in ("c", "o", "v")]
        pairs += [pair for one in rest for pair in (("c", one.column), ("o", one.operator), ("v", one.value))]
        words = f"{labels.get(condition.column, condition.column)} {operators.get(condition.operator, '')}"
        result.append({"text": f"{words} {condition.value}".strip(), "link": "?" + urlencode(pairs) + "#nx-table"})
    return result


def _tabs(found: Sequence[Column], address: _Address) -> list[tuple[str, str, str, bool]]:
    """Name, label, link and whether it is shown, of each way to look at the table."""
    wanted = str(tk.request.args.get("view") or "table")
    names = [("table", tk._("Table")), ("chart", tk._("Chart"))]
    if place_columns(found):
        names.append(("map", tk._("Map")))
    if wanted not in dict(names):
        wanted = "table"
    return [(name, text, address.but(view=None if name == "table" else name), name == wanted) for name, text in names]


def _size() -> int:
    size = _whole(tk.request.args.get("size"), SIZES[0])
    return size if size in SIZES else SIZES[0]


def _whole(value: Any, default: int) -> int:
    try:
        return min(int(value), 10**8)
    except (TypeError, ValueError):
        return default


def _reloading(state: states.State | None) -> str:
    """While a new version is read, the old table stays and says so."""
    return messages.of_state(state.state, state.code, state.params) if state and state.state != states.READY else ""


# Charts


def _chart(result: dict[str, Any], source: query.Source, found: Sequence[Column], asked: Question) -> None:
    args = tk.request.args
    numbers = [column for column in found if query.family(column.type) == "number"]
    places = place_columns(found)
    plotted = [column for column in numbers if column.precision != "year" and column.id not in places]
    others = [column for column in found if column not in plotted and column.id not in places]
    by = {column.id: column for column in found}
    years = [column for column in found if column.precision]
    named = [column for column in others if not IDENTIFIERS.search(column.label)]
    x = by.get(str(args.get("x"))) or (years or named or others or list(found))[0]
    y = by.get(str(args.get("y"))) if "y" in args else (plotted[0] if plotted else None)
    y = y if y in numbers else None
    kind = str(args.get("kind") or ("line" if x in years else "bar"))
    kind = kind if kind in CHARTS else "bar"
    aggregate = str(args.get("agg") or ("sum" if y else "count"))
    aggregate = aggregate if aggregate in query.AGGREGATES and y else "count"
    order = str(args.get("order") or "")
    order = order if order in ("value", "name") else ("name" if x in years or kind in ("line", "scatter") else "value")
    if kind == "scatter" and (y is None or query.family(x.type) == "text"):
        kind = "bar"
    if kind == "scatter" and y:
        pairs = query.pairs(source, asked, [x.id, y.id], limit=MOST_POINTS + 1)
        most = MOST_POINTS
    else:
        most = {"line": MOST_POINTS, "pie": MOST_SLICES}.get(kind, MOST_BARS)
        pairs = query.groups(
            source, asked, x.id, y.id if y else "", aggregate, limit=most + 1, by_value=order == "value"
        )
    aggregates = [
        ("sum", tk._("Sum")),
        ("avg", tk._("Mean")),
        ("min", tk._("Smallest")),
        ("max", tk._("Largest")),
        ("count", tk._("Number of rows")),
    ]
    measured = dict(aggregates)[aggregate] if aggregate == "count" or not y else label(y)
    if y and aggregate != "count":
        measured = tk._("{column} ({aggregate})").format(column=label(y), aggregate=dict(aggregates)[aggregate])
    if kind == "scatter" and y:
        measured = label(y)
    points = [(_shown(key), actions._plain(key), actions._plain(number)) for key, number in pairs[:most]]
    result["chart"] = {
        "x": x.id,
        "y": y.id if y else "",
        "kind": kind,
        "agg": aggregate,
        "order": order,
        "columns": [(column.id, label(column)) for column in found],
        "numbers": [(column.id, label(column)) for column in numbers],
        "kinds": list(zip(CHARTS, (tk._("Bars"), tk._("Line"), tk._("Pie"), tk._("Scatter")), strict=True)),
        "aggregates": aggregates,
        "x_label": label(x),
        "y_label": measured,
        "rows": [(text, number, None) for text, _, number in points if number is not None],
        "cut": len(pairs) > most,
        "link": tk.h.url_for(tk.request.path, qualified=True) + _chart_link(asked, x, y, kind, aggregate, order),
        "data": {
            "kind": kind,
            "x": label(x),
            "y": measured,
            "points": [
                [value if kind == "scatter" else text, number] for text, value, number in points if number is not None
            ],
        },
    }


def _chart_link(asked: Question, x: Column, y: Column | None, kind: str, aggregate: str, order: str) -> str:
    """The address that always shows this chart, whatever the page would choose by itself."""
    pairs = [("view", "chart"), ("kind", kind), ("x", x.id), ("y", y.id if y else ""), ("agg", aggregate)]
    pairs += [("order", order)] + ([("q", asked.q)] if asked.q else [])
    for one in asked.conditions:
        pairs += [("c", one.column), ("o", one.operator), ("v", one.value)]
    return "?" + urlencode(pairs)


# Maps


def place_columns(found: Sequence[Column]) -> tuple[str, ...]:
    """The ids of the columns that say where: longitude and latitude, or one of GeoJSON shapes; else none."""
    numbers = [column for column in found if query.family(column.type) == "number"]
    east = next((column.id for column in numbers if svg_map.LONGITUDE.search(column.label)), None)
    north = next((column.id for column in numbers if svg_map.LATITUDE.search(column.label)), None)
    if east and north:
        return east, north
    shape = next((one.id for one in found if one.type == "text" and svg_map.GEOMETRY.search(one.label)), None)
    return (shape,) if shape else ()


def _map(result: dict[str, Any], source: query.Source, found: Sequence[Column], asked: Question) -> None:
    where = place_columns(found)
    title = next((one for one in found if one.type == "text" and one.id not in where), found[0])
    rows = query.pairs(source, asked, [*where, title.id], limit=svg_map.MOST_PLACES + 1)
    shown = rows[: svg_map.MOST_PLACES]
    picture = svg_map.draw((_shown(row[-1]), row[0] if len(where) == 1 else row[:2]) for row in shown)
    result["map"] = {"picture": picture, "cut": len(rows) > len(shown), "title": label(title)}


# Downloads and examples


def _downloads(resource: dict[str, Any], address: _Address) -> list[dict[str, str]]:
    names = [
        ("csv", "CSV", {}),
        ("csv", tk._("CSV for Excel"), {"bom": "1"}),
        ("xlsx", "XLSX", {}),
        ("json", "JSON", {}),
        ("jsonl", "JSON Lines", {}),
        ("xml", "XML", {}),
        ("parquet", "Parquet", {}),
    ]
    asked = [(key, value) for key, value in address.pairs if key in ("q", "c", "o", "v", "sort")]
    result = []
    for ending, text, more in names:
        url = tk.h.url_for("nx_tables.download", id=resource["package_id"], resource_id=resource["id"], ending=ending)
        whole, part = urlencode(list(more.items())), urlencode([*asked, *more.items()])
        result.append(
            {
                "label": text,
                "all": url + (f"?{whole}" if whole else ""),
                "part": url + (f"?{part}" if part else ""),
            }
        )
    return result


def _examples(resource_id: str, found: Sequence[Column], result: dict[str, Any]) -> list[examples.Example]:
    url = tk.h.url_for("api.action", ver=3, logic_function="datastore_search", qualified=True, locale="default")
    return examples.of(url, resource_id, result["q"] or _first_text(found, result))


def _first_text(found: Sequence[Column], result: dict[str, Any]) -> str:
    """A short text of the first row, so that the example finds something."""
    for row in result.get("rows", ())[:1]:
        for cell, column in zip(row, found, strict=True):
            if column.type == "text" and 1 < len(cell["text"]) <= 20 and any(c >= "\u4e00" for c in cell["text"]):
                return cell["text"]
    return ""


# Files that are no tables


def nx_file_view(resource: dict[str, Any]) -> dict[str, Any] | None:
    """How the page shows a stored file that is no table: ``kind`` ``image``, ``pdf`` or ``text`` (with ``text``).

    None for what cannot be shown, stands elsewhere, or is not for this reader.
    """
    kind = (resource.get("format") or "").lower().lstrip(".")
    if resource.get("url_type") != "upload" or not tk.h.nx_resource_access(resource["id"]).allowed:
        return None
    if kind in ("png", "jpg", "jpeg", "gif", "webp", "bmp"):
        return {"kind": "image", "url": resource["url"]}
    if kind == "pdf":
        return {"kind": "pdf", "url": resource["url"]}
    if kind in ("xml", "json", "geojson", "rdf", "ttl", "jsonld", "txt", "kml", "gml", "gpx"):
        return _text_view(resource)
    return None


def _text_view(resource: dict[str, Any]) -> dict[str, Any] | None:
    path = path_of(resource)
    if path is None:
        return None
    with path.open("rb") as file:
        head = file.read(4 * HEAD_CHARACTERS)
    for cut in range(4):  # a character may be cut at the end
        try:
            text = spreadsheet.decode(head[: len(head) - cut])
        except spreadsheet.Unreadable:
            continue
        whole = path.stat().st_size <= len(head) and len(text) <= HEAD_CHARACTERS
        return {"kind": "text", "text": text[:HEAD_CHARACTERS], "whole": whole}
    return None
