"""Shapes of places, in the ways that catalogues write them, and the region that a shape lies in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

SLACK = 0.05
"""Degrees by which a shape may reach beyond the rectangle around its region: about 5 km."""

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WKT = re.compile(
    r"\s*+(?:<[^>]*>|SRID=\d+;)?\s*+(POINT|POLYGON|MULTIPOLYGON|MULTIPOINT|ENVELOPE|BBOX|BOX2D|BOX)\b", re.I
)
_BARE = re.compile(r"\s*+[\[(]?\s*+[+-]?[\d.]++(?:(?:\s*+[,;]\s*+|\s++)[+-]?[\d.]++){3}\s*+[\])]?\s*+")
_DCMI = re.compile(
    r"(west|south|east|north)(?:limit|bound(?:ing)?(?:longitude|latitude|coordinate)?)?\s*=\s*([^;]+)", re.I
)
_SIDES = ("west", "south", "east", "north")


class Box(NamedTuple):
    """The rectangle around a shape, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def lies_in(self, other: Box) -> bool:
        """Tell whether the rectangle lies in another, but for :data:`SLACK`."""
        return (
            self.west >= other.west - SLACK
            and self.south >= other.south - SLACK
            and self.east <= other.east + SLACK
            and self.north <= other.north + SLACK
        )


def region_of(box: Box) -> str | None:
    """Return the code of the only city whose rectangle holds a shape, else of the province; None when that does not."""
    holding = [code for code, own in _regions().items() if box.lies_in(own)]
    cities = [code for code in holding if not code.endswith("0000")]
    if len(cities) == 1:
        return cities[0]
    return next((code for code in holding if code.endswith("0000")), None)


@cache
def _regions() -> dict[str, Box]:
    file = resources.files("ckanext.nxopendata.schemas") / "maps" / "regions.csv"
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return {row["code"]: Box(*(float(row[side]) for side in _SIDES)) for row in rows}


def box_of(value: Any) -> Box | None:
    """Return the rectangle around a shape; None when the value is none.

    Understood are four numbers (west, south, east, north) as a list or a text, WKT, GeoJSON as an object or a text,
    DCMI boxes (``northlimit=…; …``), ISO's ``westBoundLongitude``, and a node of RDF that has one of these.
    """
    if isinstance(value, str):
        return _box_of_text(value)
    if isinstance(value, (list, tuple)):
        return _box_of_numbers(value) if len(value) == 4 else None
    return _box_of_node(value) if isinstance(value, Mapping) else None


def _box_of_text(text: str) -> Box | None:
    text = text[:100_000]
    if text.lstrip().startswith(("{", "[")):
        try:
            return box_of(json.loads(text))
        except (ValueError, RecursionError):
            return None
    if found := _WKT.match(text):
        numbers = [float(number) for number in _NUMBER.findall(text[found.end() :])]
        if found[1].upper() == "ENVELOPE":  # west, east, north, south (OGC CQL)
            return _box(numbers[0], numbers[3], numbers[1], numbers[2]) if len(numbers) == 4 else None
        return _around(numbers[0::2], numbers[1::2])
    if sides := {side.lower(): number for side, number in _DCMI.findall(text)}:
        return _box_of_numbers([sides.get(side) for side in _SIDES])
    return _box_of_numbers(_NUMBER.findall(text)) if _BARE.fullmatch(text) else None


_KEYS = ("dcat:bbox", "locn:geometry", "bbox", "geometry", "dcat:centroid", "centroid", "geometries", "features")
"""Where a shape stands in a node, the most exact first."""


def is_shape_name(name: str) -> bool:
    """Tell whether a shape, or a side of a rectangle, stands under a name in a node."""
    plain = name.rpartition(":")[2].lower()
    sides = name.lower() in _SIDES or any(plain.startswith(f"{side}bound") for side in _SIDES)
    return name == "coordinates" or name in _KEYS or sides


def _box_of_node(node: Mapping[str, Any]) -> Box | None:
    if "@value" in node:
        return box_of(node["@value"])
    if "coordinates" in node:
        points = list(_points(node["coordinates"]))
        return _around([x for x, _ in points], [y for _, y in points])
    sides = {side: _find_side(node, side) for side in _SIDES}
    if all(number is not None for number in sides.values()):
        return _box_of_numbers(list(sides.values()))
    for key in _KEYS:
        values = node.get(key)
        if isinstance(values, list) and len(values) == 4 and (box := _box_of_numbers(values)):
            return box
        for value in values if isinstance(values, list) else [values]:
            if value is not None and (box := box_of(value)):
                return box
    return None


def _find_side(node: Mapping[str, Any], side: str) -> Any:
    for key, value in node.items():
        if key.rpartition(":")[2].lower().startswith(f"{side}bound") or key.lower() == side:
            return value[0] if isinstance(value, list) and value else value
    return None


def _points(value: Any, level: int = 0) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list) or level > 5:
        return
    if len(value) >= 2 and all(isinstance(part, (int, float)) and not isinstance(part, bool) for part in value[:2]):
        yield float(value[0]), float(value[1])
        return
    for part in value:
        yield from _points(part, level + 1)


def _box_of_numbers(values: Sequence[Any]) -> Box | None:
    try:
        return _box(*(float(value) for value in values)) if len(values) == 4 else None
    except (TypeError, ValueError):
        return None


def _around(longitudes: Sequence[float], latitudes: Sequence[float]) -> Box | None:
    if not longitudes or len(longitudes) != len(latitudes):
        return None
    return _box(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _box(west: float, south: float, east: float, north: float) -> Box | None:
    sound = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return Box(west, south, east, north) if sound else None
