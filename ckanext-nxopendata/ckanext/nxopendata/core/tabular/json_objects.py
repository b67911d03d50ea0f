"""JSON, JSON Lines, GeoJSON and TopoJSON: one row an object, read in a process of their own.

A JSON text becomes many times its size in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import encoding, sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.json_text import geojson, lenient, shapes
from ckanext.nxopendata.core.tabular.sheets import Sheet
from ckanext.nxopendata.core.tabular.text import charsets

LONGEST_CELL_OF_BEGINNING = 1000


def read(path: Path) -> list[Sheet]:
    """Read the objects of the file at ``path``, the names of their keys as the first row: a sheet a list of them.

    Raises:
        UnreadableError: ``broken``, ``broken_json`` (with its line), ``encoding``, ``empty`` or ``too_large``.
    """
    try:
        answer = sandbox.run_limited(_read, str(path))
    except sandbox.SandboxError as error:
        raise UnreadableError("too_large", reason=megabytes(sandbox.WHOLE_FILE.memory)) from error
    return _unpack(answer)


def read_beginning(path: Path, *, rows: int, columns: int) -> Sheet:
    """Read the first features of the GeoJSON file at ``path``: a row of names and so many rows that all are ``rows``.

    Raises:
        UnreadableError: ``broken``, ``broken_json``, ``encoding`` or ``costly``.
    """
    try:
        answer = sandbox.run_limited(_read_beginning, str(path), rows, columns, limits=sandbox.BEGINNING)
    except sandbox.SandboxError as error:
        raise UnreadableError("costly", reason=str(error)) from error
    return _unpack(answer)[0]


# Between the processes


def _read(path: str) -> bytes:
    return _pack(lambda: _objects(path))


def _read_beginning(path: str, rows: int, columns: int) -> bytes:
    return _pack(lambda: [_features(path, rows, columns)])


def _pack(read_sheets: Callable[[], list[Sheet]]) -> bytes:
    try:
        answer: dict[str, Any] = {"sheets": list(map(asdict, read_sheets()))}
    except UnreadableError as error:
        answer = {"refused": error.code, "params": error.params}
    except (OSError, ValueError, RecursionError):
        answer = {"refused": "broken", "params": {}}
    return json.dumps(answer, ensure_ascii=False).encode(errors="replace")  # half a surrogate pair may be in a text


def _unpack(answer: bytes) -> list[Sheet]:
    unpacked = json.loads(answer)
    if "refused" in unpacked:
        raise UnreadableError(unpacked["refused"], **unpacked["params"])
    return [Sheet(**sheet) for sheet in unpacked["sheets"]]


# In the process of its own


def _load(path: str) -> tuple[str, encoding.Choice]:
    with Path(path).open("rb") as file:
        choice = encoding.choose(file)
    return Path(path).read_text(encoding=choice.codec, errors=charsets.REPLACE), choice


def _objects(path: str) -> list[Sheet]:
    text, choice = _load(path)
    found = {name: records for name, records in shapes.to_tables(lenient.parse(text)).items() if records}
    if not found:
        raise UnreadableError("empty")
    told = {"bad_bytes": choice.bad} if choice.bad else {}
    return [
        Sheet(name, geojson.to_rows(records), encoding=encoding.name_of(choice.codec), left_out=told)
        for name, records in found.items()
    ]


def _features(path: str, most_rows: int, columns: int) -> Sheet:
    text, choice = _load(path)
    features = geojson.list_features(lenient.parse(text))
    records = geojson.to_records(features[: most_rows - 1], geojson.place_text)
    rows = geojson.to_rows(records, last=geojson.PLACE)
    cut = [[cell[:LONGEST_CELL_OF_BEGINNING] for cell in row[:columns]] for row in rows]
    return Sheet("", cut, complete=len(features) < most_rows, encoding=encoding.name_of(choice.codec))
