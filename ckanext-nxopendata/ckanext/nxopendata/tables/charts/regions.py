"""A map of regions as a chart: which places have a number, where they lie, how they are shaded. Plain module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ckanext.nxopendata.core.places import gazetteer, shapes
from ckanext.nxopendata.core.places.shapes import BaseMap
from ckanext.nxopendata.tables.charts.canvas import Region, RegionMap
from ckanext.nxopendata.tables.maps import labels, legend
from ckanext.nxopendata.tables.maps.choropleth import LEVELS

HEIGHT = 520


@dataclass(frozen=True, slots=True)
class PlacedNumbers:
    """The numbers of a chart by place.

    Attributes:
        values: code -> number, of places of one level.
        left_out: groups that are no places, or of another level.
        twice: whether two groups are one place.
    """

    values: Mapping[str, float]
    left_out: tuple[str, ...]
    twice: bool


def place_numbers(numbers: Mapping[str, float | None]) -> PlacedNumbers:
    """Return numbers by place, of the finest level that has at least two: a whole and its parts never stand together.

    Args:
        numbers: by group, the code or name of a place.
    """
    codes = {group: gazetteer.find_code(group) for group, value in numbers.items() if value is not None}
    for level in LEVELS:
        found = [group for group, code in codes.items() if code and gazetteer.level_of(code) == level]
        if len({codes[group] for group in found}) < 2:
            continue
        values = {str(codes[group]): float(numbers[group] or 0.0) for group in found}
        left_out = tuple(group for group in codes if group not in found)
        return PlacedNumbers(values, left_out, len(values) < len(found))
    return PlacedNumbers({}, tuple(codes), False)


def make_region_map(values: Mapping[str, float], base: BaseMap, language: str) -> RegionMap:
    """Return the map of some places.

    Args:
        values: code -> number.
    """
    projection = shapes.fit_base_map(base, HEIGHT)
    exact = {code: Decimal(str(value)) for code, value in values.items()}
    classes = legend.make_legend(list(exact.values()))
    found = [(code, shape) for code in values if (shape := shapes.draw_place(base, code, projection))]
    dots = [(gazetteer.name_of(code, language), shape.x, shape.y) for code, shape in found if not shape.path]
    sides = iter(labels.place_labels([(name, x, y) for name, x, y in dots], projection.width, HEIGHT))
    regions = tuple(
        Region(
            gazetteer.name_of(code, language),
            values[code],
            shape.path,
            shape.x,
            shape.y,
            classes.find_class(exact[code]),
            "" if shape.path else next(sides),
        )
        for code, shape in found
    )
    limits = [(float(low), float(high)) for low, high in classes.limits]
    words = tuple(f"{low:,.10g}" if low == high else f"{low:,.10g} – {high:,.10g}" for low, high in limits)
    land = "".join(shapes.to_path(rings, projection) for rings in base.areas.values())
    return RegionMap(projection.width, HEIGHT, land, regions, words)
