"""Template helpers: the map of the cities and counties, and a place in figures."""

from __future__ import annotations

from typing import Any

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.places import gazetteer, shapes
from ckanext.nxopendata.tables.maps import base_map
from ckanext.nxopendata.tables.places import place_view


def nx_region_map(height: int = 420) -> dict[str, Any]:
    """Return the map of the region as a picture: ``width``, ``height``, ``approval``, and ``cities``.

    A city has ``code``, ``name``, ``path``, ``x``, ``y`` and ``counties``; a county ``code``, ``name``, ``path`` (""
    where the base map has its seat alone), ``x`` and ``y``.
    """
    language = reader_language()
    return caching.cached_in_process(("region map", language, height), lambda: _draw(height, language))


def nx_place_figures(code: str, most: int) -> list[dict[str, Any]]:
    """Return what public tables say of a place in numbers, as ``nx_place_show`` does, the most telling first.

    So that a few figures tell of many things, parts of others are left out (the number of men tells nobody how many
    people there are), and the second of a dataset comes after the first of all others.
    """
    figures = caching.cached(f"place figures:{code}:{reader_language()}", lambda: place_view.list_figures(code))
    seen: dict[str, int] = {}
    ordered = []
    for number, figure in enumerate(figures):
        if figure["part"]:
            continue
        name = figure["dataset"]["name"]
        seen[name] = seen.get(name, 0) + 1
        ordered.append((seen[name], number, figure))
    return [one[2] for one in sorted(ordered, key=lambda one: one[:2])[:most]]


def nx_places_of(text: str) -> list[dict[str, str]]:
    """Return the places that a text names, each followed by those that it lies in: ``code`` and ``name``."""
    codes: list[str] = []
    for mention in gazetteer.find_mentions(text):
        code = mention.code
        while code:
            codes.append(code)
            code = gazetteer.parent_of(code)
    return [{"code": code, "name": gazetteer.name_of(code, reader_language())} for code in dict.fromkeys(codes)]


def _draw(height: int, language: str) -> dict[str, Any]:
    base = base_map.load()
    projection = shapes.fit_base_map(base, height)

    def describe(code: str) -> dict[str, Any]:
        shape = shapes.draw_place(base, code, projection) or shapes.Shape(code, "", 0.0, 0.0)
        name = gazetteer.name_of(code, language)
        return {"code": code, "name": name, "path": shape.path, "x": shape.x, "y": shape.y}

    cities = [
        describe(city) | {"counties": [describe(county) for county in gazetteer.list_children(city)]}
        for city in gazetteer.list_children(gazetteer.REGION)
    ]
    return {"width": projection.width, "height": height, "approval": base.approval, "cities": cities}
