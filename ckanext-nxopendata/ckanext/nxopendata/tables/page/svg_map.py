"""A map without tiles: the outline of Ningxia and what a table has of places, as SVG paths. Plain module."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OUTLINE = resources.files("ckanext.nxopendata.schemas") / "maps" / "ningxia.geojson"
LONGITUDE = re.compile(r"经度|\b(lng|lon|long|longitude)\b|^x坐标|坐标x", re.IGNORECASE)
LATITUDE = re.compile(r"纬度|\b(lat|latitude)\b|^y坐标|坐标y", re.IGNORECASE)
GEOMETRY = re.compile(r"几何|\bgeom(etry)?\b|geojson", re.IGNORECASE)
HEIGHT = 640
MARGIN = 16
MOST_PLACES = 2000
AREA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north of China: what lies outside is no place but a slip."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the picture: a dot at ``x``, ``y``, or a ``path``; ``title`` names it."""

    title: str
    x: float = 0.0
    y: float = 0.0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG in the making: its size in pixels, the outline's path, the marks, how many places were no places."""

    width: int
    height: int
    outline: str
    marks: tuple[Mark, ...]
    left_out: int


@cache
def outline() -> tuple[tuple[Point, ...], ...]:
    """The rings of Ningxia's outline, longitude and latitude in degrees."""
    polygons = json.loads(OUTLINE.read_text(encoding="utf-8"))["geometry"]["coordinates"]
    return tuple(tuple((x, y) for x, y in polygon[0]) for polygon in polygons)


def draw(places: Iterable[tuple[str, Any]]) -> Picture:
    """Draw places.

    Args:
        places: title, and either a pair of longitude and latitude or the text of a GeoJSON geometry.
    """
    points: list[tuple[str, Point]] = []
    shapes: list[tuple[str, list[list[Point]], bool]] = []
    left_out = 0
    for title, place in places:
        shape = _shape(place) if isinstance(place, str) else None
        point = _point(place) if not isinstance(place, str) else None
        if point:
            points.append((title, point))
        elif shape and shape[0]:
            shapes.append((title, *shape))
        else:
            left_out += 1
    everything = [point for ring in outline() for point in ring]
    everything += [point for _, point in points] + [p for _, lines, _ in shapes for line in lines for p in line]
    project, width = _projection(everything)
    marks = [Mark(title, *project(point)) for title, point in points]
    marks = [Mark(title, path=_path(lines, project, closed)) for title, lines, closed in shapes] + marks
    return Picture(width, HEIGHT, _path(outline(), project, True), tuple(marks), left_out)


def _projection(points: Sequence[Point]) -> tuple[Any, int]:
    """Plate carrée, true at the middle latitude."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (HEIGHT - 2 * MARGIN) / max(north - south, (east - west) * squeeze, 0.01)
    width = max(320, round((east - west) * squeeze * scale) + 2 * MARGIN)
    shift = (width - (east - west) * squeeze * scale) / 2

    def project(point: Point) -> Point:
        x, y = point
        return round(shift + (x - west) * squeeze * scale, 1), round(MARGIN + (north - y) * scale, 1)

    return project, width


def _point(place: Any) -> Point | None:
    try:
        x, y = float(place[0]), float(place[1])
    except (TypeError, ValueError, IndexError):
        return None
    return (x, y) if AREA[0] <= x <= AREA[2] and AREA[1] <= y <= AREA[3] else None


def _shape(text: str) -> tuple[list[list[Point]], bool] | None:
    """The lines of a geometry, and whether they enclose an area."""
    try:
        geometry = json.loads(text)
        kind, coordinates = geometry["type"], geometry["coordinates"]
        depth = {"LineString": 0, "MultiPoint": 0, "Polygon": 1, "MultiLineString": 1, "MultiPolygon": 2}[kind]
        for _ in range(depth, 2):
            coordinates = [coordinates]
        lines = [[point for pair in line if (point := _point(pair))] for group in coordinates for line in group]
    except (ValueError, KeyError, TypeError):
        return None
    return [line for line in lines if line], "Polygon" in kind


def _path(lines: Iterable[Sequence[Point]], project: Any, closed: bool) -> str:
    parts = []
    for line in lines:
        ends = " ".join(f"{x:g},{y:g}" for x, y in map(project, line))
        parts.append(f"M{ends}{'Z' if closed else ''}")
    return "".join(parts)
