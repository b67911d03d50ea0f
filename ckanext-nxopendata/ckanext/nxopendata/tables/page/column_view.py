"""Columns as the page shows them, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.tables import messages, query
from ckanext.nxopendata.tables.page import units
from ckanext.nxopendata.tables.page.address import Address
from ckanext.nxopendata.tables.page.column_units import find_unit, says_unit
from ckanext.nxopendata.tables.reader.columns import Column

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""Names of columns as programs write them."""

LONGITUDE = re.compile(r"经度|\b(lng|lon|long|longitude)\b|^x坐标|坐标x", re.IGNORECASE)
LATITUDE = re.compile(r"纬度|\b(lat|latitude)\b|^y坐标|坐标y", re.IGNORECASE)
GEOMETRY = re.compile(r"几何|\bgeom(etry)?\b|geojson", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnView:
    """The head of a column.

    Attributes:
        label, other: its header in the reader's language, and in the other.
        type_label: what its values are, in words.
        family: ``text``, ``number`` or ``date``.
        sorted: ``ascending`` or ``descending`` where the rows are in its order, else "".
        link: to the rows in its order, the other way round, or again in the file's.
        menu: the link to what the page offers for the column.
        place: its place in the order, from 1, where there are several; else 0.
        pinned: whether it stays in view on the left.
        use: what the column is for, in words; "" where it has no profile.
        holds: what it holds, in short sentences.
    """

    id: str
    label: str
    other: str
    notes: str
    type_label: str
    family: str
    unit: str
    sorted: str
    link: str
    menu: str = ""
    place: int = 0
    pinned: bool = False
    use: str = ""
    holds: Sequence[str] = ()


def make_column_views(
    columns: Sequence[Column],
    address: Address,
    order: Sequence[tuple[str, bool]],
    profiles: Mapping[str, Mapping[str, Any]],
) -> tuple[ColumnView, ...]:
    """Return the heads of the columns of a table whose rows are in an order, see :class:`query.Question`."""
    return tuple(_make_view(column, address, order, profiles.get(column.id)) for column in columns)


def _make_view(
    column: Column, address: Address, order: Sequence[tuple[str, bool]], profile: Mapping[str, Any] | None
) -> ColumnView:
    names = [name for name, _ in order]
    place = names.index(column.id) + 1 if column.id in names else 0
    down = bool(place) and order[place - 1][1]
    label = label_of(column)
    return ColumnView(
        id=column.id,
        label=label,
        other=column.label if label != column.label else column.label_en,
        notes=column.notes,
        type_label=describe_type(column),
        family=query.family(column.type),
        unit=unit_of(column),
        sorted="" if not place else "descending" if down else "ascending",
        link=address.but(sort=column.id if not place else None if down else f"-{column.id}"),
        menu=address.but(col=column.id),
        place=place if len(names) > 1 else 0,
        pinned=address.values("pin") == [column.id],
        use=_describe_use(profile) if profile else "",
        holds=_describe_values(profile) if profile else (),
    )


def unit_of(column: Column) -> str:
    """Return the unit to write beside a header in the reader's language; "" where there is none, or it says it."""
    if query.family(column.type) != "number":
        return units.name_unit(column.unit, is_chinese())
    found = find_unit({"unit": column.unit, "label": column.label}, column.notes, ())
    unit = units.name_unit(found, is_chinese())
    return "" if not unit or says_unit(label_of(column), unit) else unit


def _describe_use(profile: Mapping[str, Any]) -> str:
    parts = (messages.list_roles()[profile["role"]], messages.describe_sequence(profile["sequence"]))
    return " · ".join(part for part in parts if part)


def _describe_values(profile: Mapping[str, Any]) -> list[str]:
    """What a column holds: different values, gaps, the first and the last, the most frequent, checks."""
    number = tk.h.nx_number(profile["distinct"])
    different = tk._("{number} different values") if profile["exact"] else tk._("about {number} different values")
    told = [different.format(number=number)]
    if profile["nulls"]:
        told.append(tk._("{number} gaps").format(number=tk.h.nx_number(profile["nulls"])))
    if profile["role"] in ("time", "measure", "coordinate") and profile["least"]:
        told.append(tk._("{least} to {greatest}").format(least=profile["least"], greatest=profile["greatest"]))
    elif profile["role"] in ("category", "place", "indicator"):
        values = [f"{str(value)[:30]} ({tk.h.nx_number(count)})" for value, count in profile["top"][:5]]
        told.append(tk._("most frequent: {values}").format(values=", ".join(values)))
    for name, (shaped, passed) in profile["checks"].items():
        if passed < shaped and profile["role"] != "measure":  # an amount may look like a code, and is none
            text = tk._("{what}: {number} of {total} looked at are wrong")
            total = tk.h.nx_number(shaped)
            told.append(text.format(what=messages.describe_check(name), number=shaped - passed, total=total))
    return told


def label_of(column: Column) -> str:
    """Return the header in the reader's language; a name made for programs as words: Scenic area for scenic_area."""
    if is_chinese():
        return column.label
    name = column.label_en
    return name.replace("_", " ").strip().capitalize() if NAME.fullmatch(name) else name or column.label


def describe_type(column: Column) -> str:
    """Return what kind of values a column holds, in words."""
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


def place_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the ids of the columns that say where: longitude and latitude, or one of GeoJSON shapes; else none."""
    numbers = [column for column in columns if query.family(column.type) == "number"]
    east = next((column.id for column in numbers if LONGITUDE.search(column.label)), None)
    north = next((column.id for column in numbers if LATITUDE.search(column.label)), None)
    if east and north:
        return east, north
    texts = (column for column in columns if column.type == "text")
    shape = next((column.id for column in texts if GEOMETRY.search(column.label)), None)
    return (shape,) if shape else ()
