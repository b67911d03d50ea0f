"""JSON, JSON Lines, GeoJSON and TopoJSON: one row an object, read in a process of their own.

A JSON text becomes many times its size in memory.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import cells, encoding, sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.json_text import geojson, shapes
from ckanext.nxopendata.core.tabular.sheets import Sheet

LONGEST_CELL_OF_BEGINNING = 1000


def read(path: Path) -> Sheet:
    """Read the objects of the file at ``path``, the names of their keys as the first row.

    Raises:
        UnreadableError: ``broken``, ``encoding``, ``empty`` or ``too_large``.
    """
    try:
        answer = sandbox.run_limited(_read, str(path))
    except sandbox.SandboxError as error:
        raise UnreadableError("too_large", reason=megabytes(sandbox.WHOLE_FILE.memory)) from error
    return _unpack(answer)


def read_beginning(path: Path, *, rows: int, columns: int) -> Sheet:
    """Read the first features of the GeoJSON file at ``path``: a row of names and so many rows that all are ``rows``.

    Raises:
        UnreadableError: ``broken``, ``encoding`` or ``costly``.
    """
    try:
        answer = sandbox.run_limited(_read_beginning, str(path), rows, columns, limits=sandbox.BEGINNING)
    except sandbox.SandboxError as error:
        raise UnreadableError("costly", reason=str(error)) from error
    return _unpack(answer)


# Between the processes


def _read(path: str) -> bytes:
    return _pack(lambda: _objects(path))


def _read_beginning(path: str, rows: int, columns: int) -> bytes:
    return _pack(lambda: _features(path, rows, columns))


def _pack(read_sheet: Callable[[], Sheet]) -> bytes:
    try:
        answer: dict[str, Any] = {"sheet": asdict(read_sheet())}
    except UnreadableError as error:
        answer = {"refused": error.code, "params": error.params}
    except (OSError, ValueError, RecursionError):
        answer = {"refused": "broken", "params": {}}
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace")  # half a surrogate pair may be in a text


def _unpack(answer: bytes) -> Sheet:
    unpacked = json.loads(answer)
    if "refused" in unpacked:
        raise UnreadableError(unpacked["refused"], **unpacked["params"])
    return Sheet(**unpacked["sheet"])


# In the process of its own


def _load(path: str) -> tuple[str, str]:
    with Path(path).open("rb") as file:
        codec = encoding.detect(file)
    return Path(path).read_text(encoding=codec), encoding.name_of(codec)


def _objects(path: str) -> Sheet:
    text, name = _load(path)
    try:
        document = _parse(text)
    except ValueError:
        document = [_parse(line) for line in io.StringIO(text) if line.strip()]
    records = shapes.to_records(document)
    if not records:
        raise UnreadableError("empty")
    return Sheet("", geojson.to_rows(records), encoding=name)


def _parse(text: str) -> Any:
    return json.loads(text, parse_float=cells.ExactNumber, parse_constant=str, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands in it twice gets a number."""
    record: dict[str, Any] = {}
    for key, value in pairs:
        name, turn = key, 1
        while name in record:
            turn += 1
            name = f"{key}_{turn}"
        record[name] = value
    return record


def _features(path: str, most_rows: int, columns: int) -> Sheet:
    text, name = _load(path)
    features = geojson.list_features(json.loads(text))
    records = geojson.to_records(features[: most_rows - 1], geojson.place_text)
    rows = geojson.to_rows(records, last=geojson.PLACE)
    cut = [[cell[:LONGEST_CELL_OF_BEGINNING] for cell in row[:columns]] for row in rows]
    return Sheet("", cut, complete=len(features) < most_rows, encoding=name)
