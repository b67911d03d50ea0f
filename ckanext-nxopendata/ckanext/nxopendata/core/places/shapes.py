"""Shapes of the cities and counties of Ningxia, and their projection to a picture. Plain module.

The shapes that come with the portal (``schemas/maps/regions.geojson``) are schematic: the five cities as simplified
areas, the counties as the points of their seats; each feature names its source and licence. An operator's approved
base map takes their place, a GeoJSON FeatureCollection whose features have ``code`` (six digits of GB/T 2260).
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.places import gazetteer

FILE = resources.files("ckanext.nxopendata.schemas") / "maps" / "regions.geojson"
KM_A_DEGREE = 111.32
"""Kilometres of a degree of latitude."""

WIDEST = 1.5
"""Width of the widest picture as a multiple of its height."""

BARS = (5, 10, 20, 50, 100, 200, 500, 1000)
"""Lengths of a scale bar in kilometres."""

Point = tuple[float, float]
Ring = tuple[Point, ...]


class BaseMapError(ValueError):
    """A file is no base map: the message says why."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Where the places are.

    Attributes:
        areas: code -> the rings of its area, longitude and latitude in degrees.
        seats: code -> a point in it: its seat, else the middle of its area.
        approval: the approval number of the map (审图号); "" for the schematic one.
    """

    areas: Mapping[str, tuple[Ring, ...]]
    seats: Mapping[str, Point]
    approval: str = ""


@dataclass(frozen=True, slots=True)
class Projection:
    """Plate carrée, true at the middle latitude: degrees to pixels of a picture."""

    west: float
    north: float
    squeeze: float
    scale: float
    shift: float
    margin: float
    width: int
    height: int

    def project(self, point: Point) -> Point:
        """Return the pixels of a place, from the upper left corner."""
        x = self.shift + (point[0] - self.west) * self.squeeze * self.scale
        return round(x, 1), round(self.margin + (self.north - point[1]) * self.scale, 1)

    def invert(self, x: float, y: float) -> Point:
        """Return longitude and latitude of a pixel."""
        longitude = (x - self.shift) / (self.squeeze * self.scale) + self.west
        return longitude, self.north - (y - self.margin) / self.scale

    def scale_bar(self, longest: float) -> tuple[int, float]:
        """Return the round kilometres of a scale bar and its pixels, at most ``longest`` pixels where it can be."""
        pixels = self.scale / KM_A_DEGREE
        kilometres = max((bar for bar in BARS if bar * pixels <= longest), default=BARS[0])
        return kilometres, round(kilometres * pixels, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A place on a picture: the ``path`` of its area, or "" for a point; ``x``, ``y`` where its name goes."""

    code: str
    path: str
    x: float
    y: float


@cache
def load_base_map(path: str = "", approval: str = "") -> BaseMap:
    """Return a base map.

    Args:
        path: of the operator's; "" for the schematic one of the portal.
        approval: its 审图号.

    Raises:
        BaseMapError: the file cannot be read, or names no place of Ningxia.
    """
    try:
        text = Path(path).read_text(encoding="utf-8") if path else FILE.read_text(encoding="utf-8")
        features = json.loads(text)["features"]
        found = [
            (str(one["properties"].get("code") or one["properties"]["adcode"]), one["geometry"]) for one in features
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BaseMapError(f"{path}: {problem}") from problem
    known = set(gazetteer.list_codes())
    areas = {code: _rings(shape) for code, shape in found if code in known and "Polygon" in shape["type"]}
    seats = {code: _middle(rings) for code, rings in areas.items()}
    seats |= {
        code: _to_point(shape["coordinates"]) for code, shape in found if shape["type"] == "Point" and code in known
    }
    if not areas:
        raise BaseMapError(f"{path}: no feature is an area with the code of a place of Ningxia")
    return BaseMap(areas, seats, approval)


def _rings(geometry: Mapping[str, Any]) -> tuple[Ring, ...]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple(_to_point(pair) for pair in ring) for polygon in polygons for ring in polygon)


def _to_point(pair: Sequence[Any]) -> Point:
    return float(pair[0]), float(pair[1])


def _middle(rings: Sequence[Ring]) -> Point:
    """The centre of gravity of the largest ring."""
    ring = max(rings, key=len)
    twice, east, north = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        cross = x1 * y2 - x2 * y1
        twice, east, north = twice + cross, east + (x1 + x2) * cross, north + (y1 + y2) * cross
    return (east / (3 * twice), north / (3 * twice)) if twice else ring[0]


def fit(points: Iterable[Point], height: int, margin: float = 16) -> Projection:
    """Return the projection that shows all points in a picture of a height in pixels."""
    listed = list(points)
    west, east = min(x for x, _ in listed), max(x for x, _ in listed)
    south, north = min(y for _, y in listed), max(y for _, y in listed)
    squeeze = math.cos(math.radians((south + north) / 2))
    tall, wide = max(north - south, 0.01), max((east - west) * squeeze, 0.01)
    scale = min((height - 2 * margin) / tall, (WIDEST * height - 2 * margin) / wide)
    width = max(height // 2, round(wide * scale + 2 * margin))
    shift = (width - (east - west) * squeeze * scale) / 2
    margin = (height - (north - south) * scale) / 2
    return Projection(west, north, squeeze, scale, shift, margin, width, height)


def fit_base_map(base: BaseMap, height: int) -> Projection:
    """Return the projection that shows all areas of a base map."""
    return fit((point for rings in base.areas.values() for ring in rings for point in ring), height)


def to_path(lines: Iterable[Sequence[Point]], projection: Projection, closed: bool = True) -> str:
    """Return lines as the path of an SVG; points that fall together stand once."""
    parts = []
    for line in lines:
        ends: list[str] = []
        for x, y in map(projection.project, line):
            end = f"{x:g},{y:g}"
            if not ends or ends[-1] != end:
                ends.append(end)
        parts.append(f"M{' '.join(ends)}{'Z' if closed else ''}")
    return "".join(parts)


def draw_place(base: BaseMap, code: str, projection: Projection) -> Shape | None:
    """Return a place on a picture; None where the base map has neither its area nor its seat."""
    if code not in base.seats:
        return None
    x, y = projection.project(base.seats[code])
    return Shape(code, to_path(base.areas[code], projection) if code in base.areas else "", x, y)
