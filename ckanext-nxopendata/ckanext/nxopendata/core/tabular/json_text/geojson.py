"""The features of a GeoJSON collection (RFC 7946) as records: their properties, and their place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ckanext.nxopendata.core.tabular import cells
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row

LONGITUDE, LATITUDE, GEOMETRY = "经度", "纬度", "几何"
"""Names of the columns that the geometries of a table become."""

PLACE = "geometry"
"""Name of the column that they become where people only look at the beginning."""

Record = dict[str, Any]


def list_features(document: Any) -> list[Any]:
    """Return the features of a collection.

    Raises:
        UnreadableError: ``broken``, it is no collection.
    """
    features = document.get("features") if isinstance(document, dict) else None
    lines = document if isinstance(document, list) else [document]
    if lines and all(isinstance(line, dict) and line.get("type") == "Feature" for line in lines):
        features = lines
    if not isinstance(features, list):
        raise UnreadableError("broken")
    return features


def to_records(features: Iterable[Any], place: Callable[[dict[str, Any]], Record]) -> list[Record]:
    """Return a record for each feature: its properties, then what ``place`` makes of its geometry.

    Raises:
        UnreadableError: ``broken``, the properties of a feature are no object.
    """
    records: list[Record] = []
    for feature in features:
        if not isinstance(feature, dict):
            continue
        properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        if not isinstance(properties, dict):
            raise UnreadableError("broken")
        records.append(properties | place(geometry if isinstance(geometry, dict) else {}))
    return records


def place_columns(geometry: dict[str, Any]) -> Record:
    """Return the place for a table: a point as two columns, any other shape as GeoJSON text."""
    position = geometry.get("coordinates")
    if (
        isinstance(position, list)
        and geometry.get("type") == "Point"
        and len(position) >= 2
        and all(isinstance(number, int | float) and not isinstance(number, bool) for number in position[:2])
    ):
        return {LONGITUDE: position[0], LATITUDE: position[1]}
    return {GEOMETRY: json.dumps(geometry, separators=(",", ":"))} if geometry else {}


def place_text(geometry: dict[str, Any]) -> Record:
    """Return the place for people to look at: the kind of shape and its coordinates."""
    return {PLACE: f"{geometry.get('type', '')} {json.dumps(geometry.get('coordinates'))}" if geometry else ""}


def to_rows(records: Iterable[Record], last: str = "") -> list[Row]:
    """Return records as rows of text, the names of all their columns first.

    Args:
        last: the column that stands at the end.
    """
    records = list(records)
    names = list(dict.fromkeys(key for record in records for key in record if key != last))
    names += [last] if last else []
    return [names, *([cells.to_text(record.get(name)) for name in names] for record in records)]
