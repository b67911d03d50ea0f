"""The records of a JSON document, whichever common shape it has.

CKAN's dumps and answers (``fields`` and ``records``), portals' answers (``{"code": 200, "data": {"list": [...]}}``),
records below ``fields``, columns and rows, columns of lists, objects by their key, lists of lists, Socrata, SPARQL,
JSON-stat, GeoJSON, TopoJSON. An object may hold several lists: each is a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.json_text import geojson, lenient, statistical

KEY = "键"
"""Column that holds the keys of objects that are told apart by them."""

VALUE = "值"
"""Column of what stands among objects and is none."""

NAMES = ("fields", "columns", "cols", "header", "headers", "heads", "head", "title", "titles", "thead", "columnNames")
ROWS = ("records", "data", "rows", "list", "body", "values", "items", "result", "tbody")
"""Keys under which the columns of a table and its rows stand beside each other."""

IDS = ("id", "field", "prop", "key", "dataIndex", "fieldName", "code", "name", "columnName")
LABELS = ("title", "label", "text", "caption", "displayName", "name")
"""Keys by which an object names a column: as its rows do, and for people."""

WRAPPERS = ("fields", "_source", "attributes")
"""Keys of objects below which the cells of a record stand: dumps of databases, Elasticsearch, JSON:API."""

ENVELOPE = ("datasetid", "recordid", "record_timestamp", "_index", "_type", "_score")
"""What a portal or an index adds to such an object: it says nothing of the record."""

DEEPEST = 5
GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)
Record = dict[str, Any]


def to_tables(document: Any) -> dict[str, list[Record]]:
    """Return the tables of a document: the way to each list of records, and the records; "" where there is one.

    Raises:
        UnreadableError: ``empty`` or ``broken``: it holds none.
    """
    records = _geographic(document)
    if records is None:
        records = statistical.to_records(document)
    found = {"": records} if records is not None else _find(document, 0)
    if found:
        return found
    if isinstance(document, list):
        raise UnreadableError("empty")
    if not isinstance(document, dict):
        raise UnreadableError("broken")
    if _is_error(document):
        raise UnreadableError("empty")
    return {"": [document]}


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


def _find(value: Any, depth: int) -> dict[str, list[Record]]:
    """The lists of records in a value, by the way to them; "" for the value itself."""
    if isinstance(value, list):
        records = _of_list(value)
        return {} if records is None else {"": records}
    if not isinstance(value, dict) or depth > DEEPEST:
        return {}
    records = _of_named_columns(value)
    if records is None:
        records = _of_columns(value)
    if records is not None:
        return {"": records}
    found: dict[str, list[Record]] = {}
    for key, inner in value.items():
        for way, records in _find_below(inner, depth).items():
            if records:
                found[f"{key}.{way}" if way else key] = records
    if not found:
        for inner in value.values():
            if isinstance(inner, str) and inner.lstrip()[:1] in ("[", "{") and (below := _find_in_text(inner, depth)):
                return below
        records = _of_keys(value)
        return {} if records is None else {"": records}
    return found if len(found) > 1 else {"": next(iter(found.values()))}


def _find_in_text(text: str, depth: int) -> dict[str, list[Record]]:
    """The records of a JSON text that stands as a text in an answer."""
    try:
        return {way: records for way, records in _find(lenient.parse(text), depth + 1).items() if records}
    except UnreadableError:
        return {}


def _of_named_columns(value: Record) -> list[Record] | None:
    """Records of an object that names its columns in one list and has its rows in another."""
    about = value
    for way in ("meta", "view"):  # of Socrata
        inner = about.get(way)
        about = inner if isinstance(inner, dict) else about
    for holder in (value, value.get("schema"), about, value.get("head")):
        names = _list_under(holder, NAMES)
        rows = _list_under(value, ROWS, other_than=names)
        if names and rows and _are_names(names) and any(isinstance(row, dict | list) for row in rows):
            return _of_rows(names, rows)
    results = value.get("results")  # of SPARQL
    if isinstance(value.get("head"), dict) and isinstance(results, dict) and isinstance(results.get("bindings"), list):
        names = value["head"].get("vars") or []
        return [
            {name: binding[name].get("value") if name in binding else None for name in names}
            for binding in results["bindings"]
        ]
    return None


def _list_under(holder: Any, keys: Iterable[str], other_than: Any = None) -> list[Any] | None:
    """The first list of an object under one of some keys."""
    if not isinstance(holder, dict):
        return None
    lists = (holder[key] for key in keys if isinstance(holder.get(key), list))
    return next((values for values in lists if values is not other_than), None)


def _are_names(fields: list[Any]) -> bool:
    """Whether a list names columns: by texts, or by objects that have a name."""
    return all(
        isinstance(field, str) or (isinstance(field, dict) and any(field.get(key) for key in (*IDS, *LABELS)))
        for field in fields
    )


def _find_below(value: Any, depth: int) -> dict[str, list[Record]]:
    if isinstance(value, list) and not (value and isinstance(value[0], dict | list)):
        return {}
    if (
        isinstance(value, dict)
        and _of_keys(value) is None
        and not any(isinstance(v, dict | list) for v in value.values())
    ):
        return {}
    return _find(value, depth + 1)


def _of_list(values: list[Any]) -> list[Record] | None:
    if values and all(isinstance(value, list) for value in values):
        if all(value and all(isinstance(inner, dict) for inner in value) for value in values):
            return _of_list([record for page in values for record in page])
        header = values[0]
        if len(values) > 1 and all(isinstance(name, str) and name for name in header):
            return _of_rows(header, values[1:])
        return _of_rows([f"列{number}" for number in range(1, max(map(len, values)) + 1)], values)
    if not any(isinstance(value, dict) for value in values):
        return [] if not values else None
    records = [value if isinstance(value, dict) else {VALUE: value} for value in values if value is not None]
    if all(record.get("type") == "Feature" for record in records):
        return geojson.to_records(records, geojson.place_columns)
    for key in WRAPPERS:
        if all(isinstance(record.get(key), dict) for record in records):
            about = {key, *ENVELOPE}
            return [
                {name: cell for name, cell in record.items() if name not in about} | record[key] for record in records
            ]
    return records


def _name(field: Any, keys: Iterable[str]) -> str:
    if not isinstance(field, dict):
        return str(field)
    return str(next((field[key] for key in keys if field.get(key)), ""))


def _of_rows(fields: list[Any], rows: list[Any]) -> list[Record]:
    """Records of rows whose columns are named beside them: rows of cells in their order, or objects by their keys."""
    ids, labels = ([_name(field, keys) for field in fields] for keys in ((*IDS, *LABELS), (*LABELS, *IDS)))
    if len(set(labels)) < len(labels):
        labels = ids
    records: list[Record] = []
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("key"), list) and isinstance(row.get("values"), list):
            row = [*row["key"], *row["values"]]  # of PX-Web
        if isinstance(row, dict) and not set(ids) & set(row):
            records.append(row)
        elif isinstance(row, dict):
            named = {label: row.get(key) for key, label in zip(ids, labels, strict=True)}
            records.append(named | {key: cell for key, cell in row.items() if key not in ids})
        elif isinstance(row, list):
            extra = [f"列{number}" for number in range(len(labels) + 1, len(row) + 1)]
            records.append(dict(zip([*labels, *extra], row, strict=False)))
        elif row is not None:
            records.append({VALUE: row})
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
    keys = set.intersection(*(set(record) for record in inner))
    if not keys:
        return None
    if all(set(record) == keys for record in inner) and keys == {str(number) for number in range(len(keys))}:
        return [{name: column[key] for name, column in value.items()} for key in inner[0]]  # columns by row, of pandas
    return [{KEY: key} | record for key, record in value.items()]
