"""The records of a JSON document, whichever common shape it has.

CKAN's dumps and answers (``fields`` and ``records``), portals' answers (``{"code": 200, "data": {"list": [...]}}``),
records below ``fields``, columns and rows, columns of lists, objects by their key, lists of lists, GeoJSON, TopoJSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.json_text import geojson

KEY = "键"
"""Column that holds the keys of objects that are told apart by them."""

DEEPEST = 5
GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
Record = dict[str, Any]


def to_records(document: Any) -> list[Record]:
    """Return the records of a document.

    Raises:
        UnreadableError: ``broken``: it holds none; ``several_lists``: it holds several, ``reason`` names them.
    """
    records = _geographic(document)
    if records is None:
        records = _find(document, 0)
    if records is None:
        if not isinstance(document, dict):
            raise UnreadableError("broken")
        if _is_error(document):
            raise UnreadableError("empty")
        return [document]
    return records


def _geographic(document: Any) -> list[Record] | None:
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("features"), list) and _are_esri(document["features"]):
        return [feature["attributes"] | _esri_place(feature) for feature in document["features"]]
    if isinstance(document.get("features"), list):
        return geojson.to_records(document["features"], geojson.place_columns)
    if document.get("type") == "Feature":
        return geojson.to_records([document], geojson.place_columns)
    if document.get("type") in GEOMETRIES and ("coordinates" in document or "geometries" in document):
        return geojson.to_records([{"geometry": document}], geojson.place_columns)
    if document.get("type") == "Topology" and isinstance(document.get("objects"), dict):
        # Arcs are shared among shapes; the properties are a table of their own.
        shapes = [
            shape
            for name in document["objects"].values()
            if isinstance(name, dict)
            for shape in _shapes_of(name)
            if isinstance(shape, dict)
        ]
        return [dict(shape.get("properties") or {"id": shape.get("id"), "type": shape.get("type")}) for shape in shapes]
    return None


def _are_esri(features: list[Any]) -> bool:
    """Whether features are those of an ArcGIS service: ``attributes`` beside ``geometry``."""
    return bool(features) and all(
        isinstance(feature, dict) and isinstance(feature.get("attributes"), dict) for feature in features
    )


def _esri_place(feature: Record) -> Record:
    """The place of such a feature: a point in degrees as two columns, other shapes as their text."""
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or not geometry:
        return {}
    if "x" in geometry and "y" in geometry:
        return geojson.place_columns({"type": "Point", "coordinates": [geometry["x"], geometry["y"]]})
    return {geojson.GEOMETRY: json.dumps(geometry, separators=(",", ":"))}


def _is_error(document: Record) -> bool:
    """Whether an object is the answer of a service that has no data: a code or a message, and nothing else of use."""
    values = {key.lower(): value for key, value in document.items() if value not in (None, "", [], {})}
    known = {"code", "status", "errcode", "errno", "msg", "message", "errmsg", "error", "success", "timestamp", "path"}
    return bool(document) and set(values) <= known and not any(isinstance(value, dict) for value in values.values())


def _shapes_of(topology: Record) -> list[Any]:
    shapes = topology.get("geometries")
    return shapes if isinstance(shapes, list) else [topology]


def _find(value: Any, depth: int) -> list[Record] | None:
    """The records in a value; None where it holds none."""
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict) or depth > DEEPEST:
        return None
    for names, rows in (("fields", "records"), ("columns", "data"), ("columns", "rows"), ("fields", "rows")):
        if isinstance(value.get(names), list) and isinstance(value.get(rows), list):
            return _of_rows(_names(value[names]), value[rows])
    if (columns := _of_columns(value)) is not None:
        return columns
    found = {key: records for key, inner in value.items() if (records := _find_below(inner, depth))}
    if len(found) > 1:
        raise UnreadableError("several_lists", reason="、".join(found))
    if found:
        return next(iter(found.values()))
    return _of_keys(value)


def _find_below(value: Any, depth: int) -> list[Record] | None:
    if isinstance(value, list) and not (value and isinstance(value[0], dict | list)):
        return None
    if (
        isinstance(value, dict)
        and _of_keys(value) is None
        and not any(isinstance(v, dict | list) for v in value.values())
    ):
        return None
    return _find(value, depth + 1)


def _of_list(values: list[Any]) -> list[Record] | None:
    if values and all(isinstance(value, list) for value in values):
        header = values[0]
        if len(values) > 1 and all(isinstance(name, str) and name for name in header):
            return _of_rows(header, values[1:])
        return _of_rows([f"列{number}" for number in range(1, max(map(len, values)) + 1)], values)
    records = [value for value in values if isinstance(value, dict)]
    if not records:
        return [] if not values else None
    if all(isinstance(record.get("fields"), dict) for record in records):
        return [record["fields"] for record in records]
    return records


def _names(fields: Iterable[Any]) -> list[str]:
    return [
        str(field.get("id") or field.get("name") or field.get("label") or "") if isinstance(field, dict) else str(field)
        for field in fields
    ]


def _of_rows(names: list[str], rows: list[Any]) -> list[Record]:
    records: list[Record] = []
    for row in rows:
        if isinstance(row, dict):
            records.append({name: row.get(name) for name in names} | row)
        elif isinstance(row, list):
            extra = [f"列{number}" for number in range(len(names) + 1, len(row) + 1)]
            records.append(dict(zip([*names, *extra], row, strict=False)))
    return records


def _of_columns(value: Record) -> list[Record] | None:
    """Records of an object whose values are lists of equal length."""
    lists = list(value.values())
    if len(lists) < 2 or not all(isinstance(column, list) and column for column in lists):
        return None
    if len(set(map(len, lists))) > 1 or any(isinstance(cell, dict | list) for column in lists for cell in column):
        return None
    return [dict(zip(value, row, strict=True)) for row in zip(*lists, strict=True)]


def _of_keys(value: Record) -> list[Record] | None:
    """Records of an object whose values are objects of the same kind."""
    inner = list(value.values())
    if len(inner) < 2 or not all(isinstance(record, dict) and record for record in inner):
        return None
    if not set.intersection(*(set(record) for record in inner)):
        return None
    return [{KEY: key} | record for key, record in value.items()]
