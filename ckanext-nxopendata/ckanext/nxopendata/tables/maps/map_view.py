"""The map of a table: its places as dots and shapes, or a measure by region."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import is_chinese, reader_language
from ckanext.nxopendata.core.places import datums, gazetteer, shapes
from ckanext.nxopendata.tables import grouping, query
from ckanext.nxopendata.tables.maps import base_map, choropleth, legend, svg_map
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.chart_rules import Facts
from ckanext.nxopendata.tables.page.column_view import label_of, place_columns
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Condition, Question
from ckanext.nxopendata.tables.reader.columns import Column

NAME = re.compile(r"名称|名字|\bname\b", re.IGNORECASE)
CODE = re.compile(r"代码|编码|编号|序号|\bcode\b|\bid\b", re.IGNORECASE)
POPUP_COLUMNS = 10
LONGEST_CELL = 120
LISTED = 500
"""Places that stand as a list below the map; the table has all."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row on the map: its title, its cells as pairs of label and text, the link to it in the table."""

    title: str
    cells: tuple[tuple[str, str], ...]
    link: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region on the map.

    Attributes:
        path: of its area; "" where the base map has its seat alone, at ``x``, ``y``.
        shade: number of its class in the legend, from 0.
    """

    code: str
    name: str
    path: str
    x: float
    y: float
    shade: int
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Select:
    """A choice of the reader: parameter of the address, label, options, the chosen one."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class MapView:
    """The map.

    Attributes:
        picture: the map of places; of regions, the ground on which they lie.
        cut: whether there are more places than it shows.
        places: those of the marks, by ``Mark.row``, or where they are in groups, the first of them.
        regions: of a measure; empty for a map of places.
        shades: the classes of the measure, in words.
        selects: what the reader may choose.
        reason: why there is no map of regions, in words.
        datum: of the positions, in words; "" where there are none.
        approval: number of the approved base map; "" for the schematic one.
        points_only: whether the base map has no areas of these regions.
        whole: link to the whole map where a part is shown.
    """

    picture: svg_map.Picture
    cut: bool = False
    places: tuple[Place, ...] = ()
    regions: tuple[Region, ...] = ()
    shades: tuple[str, ...] = ()
    selects: tuple[Select, ...] = ()
    title: str = ""
    reason: str = ""
    datum: str = ""
    approval: str = ""
    points_only: bool = False
    whole: str = ""


def has_map(columns: Sequence[Column], facts: Facts) -> bool:
    """Whether a table can stand on the map: it has positions, shapes, or a measure by region."""
    return bool(place_columns(columns)) or bool(
        choropleth.list_place_columns(facts) and choropleth.list_measures(facts)
    )


def make_map_view(
    source: query.Source, columns: Sequence[Column], question: Question, args: Any, address: Address, facts: Facts
) -> MapView:
    """Draw the rows that answer a question.

    Args:
        args: parameters of the request: ``area``, ``datum``; ``measure`` and the columns that choose, as ``by:<id>``.

    Raises:
        QuestionError: the question names what the table has not.
        QueryTimeoutError: it takes too long.
    """
    if place_columns(columns):
        return _draw_places(source, columns, question, args, address)
    return _draw_regions(source, columns, question, args, address, facts)


# Places


def _draw_places(
    source: query.Source, columns: Sequence[Column], question: Question, args: Any, address: Address
) -> MapView:
    where = place_columns(columns)
    title = _find_title([column for column in columns if column.id not in where] or list(columns))
    shown = [column for column in columns if column.id not in where][:POPUP_COLUMNS]
    names = [*where, title.id, *(column.id for column in shown)]
    rows = grouping.read_pairs(source, question, names, limit=svg_map.MOST_PLACES + 1)
    drawn, width = rows[: svg_map.MOST_PLACES], len(where)
    named = next((column for column in columns if column.id == where[0]), columns[0])
    told = datums.find_datum(f"{named.label} {named.notes}")
    datum = str(args.get("datum") or told)
    base, area = base_map.load(), svg_map.parse_area(str(args.get("area") or ""))
    picture = svg_map.draw(
        ((to_text(row[width]), row[0] if width == 1 else row[:2]) for row in drawn),
        base,
        datum=datum,
        area=area,
        language=reader_language(),
    )
    wanted = [mark.row for mark in picture.marks] or range(min(len(drawn), LISTED))
    places = {number: _make_place(drawn[number], title, shown, width, address) for number in wanted}
    ordered = tuple(places.get(number, Place("", (), "")) for number in range(max(places, default=-1) + 1))
    options = (("", tk._("as the table says")), *_name_datums().items())
    return MapView(
        picture,
        len(rows) > len(drawn),
        ordered,
        selects=(Select("datum", tk._("Coordinates are in"), options, str(args.get("datum") or "")),),
        datum=_describe_datum(datum, picture.offset),
        approval=base.approval,
        whole=address.but(area=None) if area else "",
    )


def _make_place(row: Sequence[Any], title: Column, shown: Sequence[Column], width: int, address: Address) -> Place:
    name = to_text(row[width])
    cells = tuple(
        (label_of(column), text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + "…")
        for column, value in zip(shown, row[width + 1 :], strict=True)
        if column.id != title.id and (text := to_text(value))
    )
    return Place(name, cells, _link_rows(address, [Condition(title.id, "is", name)]) if name else "")


def _find_title(columns: Sequence[Column]) -> Column:
    """The column that names a row: one that says so, else the first text that is no code."""
    texts = [column for column in columns if column.type == "text"]
    named = [column for column in texts if NAME.search(column.label)]
    plain = [column for column in texts if not CODE.search(column.label)]
    return next(iter([*named, *plain, *texts]), columns[0])


def _link_rows(address: Address, conditions: Sequence[Condition]) -> str:
    kept = Address(tuple((key, value) for key, value in address.pairs if key not in ("view", "q")))
    return kept.with_conditions(conditions)


def _name_datums() -> dict[str, str]:
    return {
        datums.WGS84: "WGS-84",
        datums.CGCS2000: "CGCS2000",
        datums.GCJ02: tk._("GCJ-02 (Amap, Tencent)"),
        datums.BD09: tk._("BD-09 (Baidu)"),
    }


def _describe_datum(datum: str, offset: int) -> str:
    if offset:
        text = tk._("Converted from {datum} to WGS-84; positions moved by up to {offset} m.")
        return text.format(datum=_name_datums().get(datum, datum), offset=offset)
    if datum == datums.CGCS2000:
        return tk._("CGCS2000, which differs from WGS-84 by centimetres.")
    if datum == datums.WGS84:
        return "WGS-84"
    return tk._("The table does not say its coordinate system; in GCJ-02 or BD-09, places are off by 0.4 to 1.2 km.")


# Regions


def _draw_regions(
    source: query.Source, columns: Sequence[Column], question: Question, args: Any, address: Address, facts: Facts
) -> MapView:
    known = {column.id: column for column in columns}
    measures = [name for name in choropleth.list_measures(facts) if name in known]
    measure = str(args.get("measure") or "")
    measure = measure if measure in measures else (measures[0] if measures else "")
    wanted = {key[3:]: value for key, value in args.items() if key.startswith("by:")}
    rows = _read_rows(source, question)
    found = choropleth.read_regions(rows, facts, measure, wanted)
    base = base_map.load()
    picture = svg_map.draw((), base, language=reader_language())
    selects = [Select("measure", tk._("Measure"), tuple((name, label_of(known[name])) for name in measures), measure)]
    for choice in found.choices:
        options = tuple((value, value) for value in choice.values)
        selects.append(Select(f"by:{choice.column}", label_of(known[choice.column]), options, choice.chosen))
    if found.reason:
        return MapView(picture, selects=tuple(selects), reason=_explain(found.reason), approval=base.approval)
    classes = legend.make_legend(list(found.values.values()))
    unit = known[measure].unit
    fixed = [Condition(choice.column, "is", choice.chosen) for choice in found.choices]
    places = choropleth.list_place_columns(facts)
    projection = shapes.fit_base_map(base, svg_map.HEIGHT)
    regions = []
    for code, value in sorted(found.values.items(), key=lambda pair: -pair[1]):
        shape = shapes.draw_place(base, code, projection)
        if shape is None:
            continue
        row = found.rows[code]
        naming = next((name for name in places if gazetteer.find_code(str(row.get(name) or "")) == code), "")
        link = _link_rows(address, [Condition(naming, "is", str(row[naming])), *fixed]) if naming else ""
        text = f"{_format(value)} {unit}".strip()
        name = gazetteer.name_of(code, reader_language())
        regions.append(Region(code, name, shape.path, shape.x, shape.y, classes.find_class(value), text, link))
    words = [
        _format(least) if least == most else f"{_format(least)} – {_format(most)}" for least, most in classes.limits
    ]
    chosen = " · ".join([label_of(known[measure]), *(choice.chosen for choice in found.choices)])
    bracket = f" ({unit})" if not is_chinese() else f"（{unit}）"
    return MapView(
        picture,
        regions=tuple(regions),
        shades=tuple(words),
        selects=tuple(selects),
        title=chosen + (bracket if unit else ""),
        approval=base.approval,
        points_only=any(not region.path for region in regions),
    )


def _read_rows(source: query.Source, question: Question) -> list[Mapping[str, Any]]:
    _, rows = query.read_page(source, question, choropleth.MOST_ROWS, 0)
    return [dict(zip(source.types, row, strict=True)) for row in rows]


def _format(value: Any) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _explain(reason: str) -> str:
    return {
        "measure": tk._("This table has no column of numbers to show by region."),
        "places": tk._("Fewer than two places of one level have a number here; set the filters wider."),
        "rows": tk._("Several rows are about one place, and adding them could be wrong: choose with a filter first."),
    }[reason]
