"""A map without tiles: the cities of Ningxia and what a table has of places, as SVG. Plain module."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.edge import payload
from ckanext.nxopendata.core.places import datums, gazetteer, shapes
from ckanext.nxopendata.core.places.shapes import BaseMap, Point, Projection
from ckanext.nxopendata.tables.maps import labels
from ckanext.nxopendata.tables.maps.clusters import make_clusters

HEIGHT = 640
LONGEST_BAR = 140.0
MOST_PLACES = 5000
AREA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east, north of China: what lies outside is no place but a slip."""

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the picture: a dot at ``x``, ``y``, or a ``path``.

    Attributes:
        row: its place in the list.
        label: on which side its name has room, ``left`` or ``right``; "" where it has none.
    """

    title: str
    x: float = 0.0
    y: float = 0.0
    path: str = ""
    row: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Dots that stand close together: how many, and the part of the map where they lie (west, south, east, north)."""

    x: float
    y: float
    radius: float
    number: int
    area: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG in the making.

    Attributes:
        width, height: in pixels.
        outline: the path of all areas of the base map.
        names: of cities: label, x, y.
        marks: places one by one; none where they are in groups.
        groups: dots that stand close together.
        left_out: how many places were no places.
        bar: kilometres of the scale bar, and its pixels.
        offset: metres by which positions were moved to WGS-84, at most; 0 for none.
        total: places on the picture.
    """

    width: int
    height: int
    outline: str
    names: tuple[tuple[str, float, float], ...]
    marks: tuple[Mark, ...]
    groups: tuple[Group, ...]
    left_out: int
    bar: tuple[int, float]
    offset: int = 0
    total: int = 0


def draw(
    places: Iterable[tuple[str, Any]],
    base: BaseMap | None = None,
    *,
    datum: str = "",
    area: Bounds | None = None,
    language: str = "zh",
) -> Picture:
    """Draw places.

    Args:
        places: title, and either a pair of longitude and latitude or the text of a GeoJSON geometry.
        base: the map below them.
        datum: of the positions, see :mod:`core.places.datums`; "" where it is not known, then they stay as they are.
        area: the part to show, in degrees.
    """
    base = base or shapes.load_base_map()
    points: list[tuple[int, str, Point]] = []
    lines: list[tuple[int, str, list[list[Point]], bool]] = []
    left_out, offset = 0, 0.0
    for number, (title, place) in enumerate(places):
        shape = _shape(place, datum) if isinstance(place, str) else None
        point = _point(place) if not isinstance(place, str) else None
        if point:
            moved = datums.to_wgs84(point, datum)
            offset = max(offset, datums.measure_offset(point, moved)) if moved != point else offset
            points.append((number, title, moved))
        elif shape and shape[0]:
            lines.append((number, title, *shape))
        else:
            left_out += 1
    if area:
        points = [one for one in points if _lies_in(one[2], area)]
        lines = [one for one in lines if any(_lies_in(point, area) for line in one[2] for point in line)]
    projection = _fit(base, points, lines, area)
    dots = [(number, title, *projection.project(point)) for number, title, point in points]
    clusters = make_clusters([(x, y) for _, _, x, y in dots])
    marks = [
        Mark(title, path=shapes.to_path(one, projection, closed), row=number) for number, title, one, closed in lines
    ]
    if not clusters:
        sides = labels.place_labels([(title, x, y) for _, title, x, y in dots], projection.width, HEIGHT)
        marks += [Mark(dot[1], *dot[2:], row=dot[0], label=side) for dot, side in zip(dots, sides, strict=True)]
    groups = [
        Group(one.x, one.y, one.radius, len(one.members), _bounds([points[member][2] for member in one.members]))
        for one in clusters
    ]
    return Picture(
        projection.width,
        HEIGHT,
        "".join(shapes.to_path(rings, projection) for rings in base.areas.values()),
        _name_cities(base, projection, language),
        tuple(marks),
        tuple(groups),
        left_out,
        projection.scale_bar(LONGEST_BAR),
        round(offset),
        len(dots) + len(lines),
    )


def parse_area(text: str) -> Bounds | None:
    """Return west, south, east, north of an address; None for what is no part of China."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    inside = AREA[0] <= west < east <= AREA[2] and AREA[1] <= south < north <= AREA[3]
    return (west, south, east, north) if inside else None


def _fit(base: BaseMap, points: Sequence[Any], lines: Sequence[Any], area: Bounds | None) -> Projection:
    if area:
        return shapes.fit([(area[0], area[1]), (area[2], area[3])], HEIGHT)
    everything = [point for rings in base.areas.values() for ring in rings for point in ring]
    everything += [point for _, _, point in points] + [p for _, _, one, _ in lines for line in one for p in line]
    return shapes.fit(everything, HEIGHT)


def _name_cities(base: BaseMap, projection: Projection, language: str) -> tuple[tuple[str, float, float], ...]:
    cities = [code for code in base.areas if gazetteer.level_of(code) == "city"]
    return tuple((gazetteer.name_of(code, language), *projection.project(base.seats[code])) for code in cities)


def _bounds(points: Sequence[Point]) -> str:
    """The part of the map with these points and a little ground around them."""
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    wide = max((east - west) * 0.1, (north - south) * 0.1, 0.005)
    return f"{west - wide:.4f},{south - wide:.4f},{east + wide:.4f},{north + wide:.4f}"


def _lies_in(point: Point, area: Bounds) -> bool:
    return area[0] <= point[0] <= area[2] and area[1] <= point[1] <= area[3]


def _point(place: Any) -> Point | None:
    try:
        x, y = float(place[0]), float(place[1])
    except (TypeError, ValueError, IndexError):
        return None
    return (x, y) if AREA[0] <= x <= AREA[2] and AREA[1] <= y <= AREA[3] else None


def _shape(text: str, datum: str) -> tuple[list[list[Point]], bool] | None:
    """The lines of a geometry, and whether they enclose an area."""
    try:
        geometry = payload.parse_json(text)
        kind, coordinates = geometry["type"], geometry["coordinates"]
        depth = {"LineString": 0, "MultiPoint": 0, "Polygon": 1, "MultiLineString": 1, "MultiPolygon": 2}[kind]
        for _ in range(depth, 2):
            coordinates = [coordinates]
        lines = [
            [datums.to_wgs84(point, datum) for pair in line if (point := _point(pair))]
            for group in coordinates
            for line in group
        ]
    except (ValueError, KeyError, TypeError):
        return None
    return [line for line in lines if line], "Polygon" in kind
