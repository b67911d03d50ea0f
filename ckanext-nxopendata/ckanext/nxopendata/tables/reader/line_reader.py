"""The lines of a file, read again and again without holding a large text in memory. Plain module.

Spreadsheets (xlsx, xls, et, ods) are read by :mod:`ckanext.nxopendata.core.tabular.spreadsheet`; delimited texts are
streamed, because they may be a hundred times larger; JSON and GeoJSON become one line an object.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import spreadsheet

Row = list[str]

TEXTS = frozenset({"csv", "tsv", "txt"})
SHEETS = frozenset({"xlsx", "xls", "et", "ods", "xlsm"})
OBJECTS = frozenset({"json", "geojson", "jsonl"})
FORMATS = TEXTS | SHEETS | OBJECTS
"""Formats that become tables, in lower case."""

SNIFFED = 16 * 1024
BLOCK = 1024 * 1024
DELIMITERS = ",\t;|"
LONGITUDE, LATITUDE, GEOMETRY = "经度", "纬度", "几何"
"""Names of the columns that a GeoJSON file's geometries become."""

csv.field_size_limit(8 * 1024 * 1024)


class CannotRead(Exception):
    """The file does not become a table.

    ``code`` says why: ``format``, ``broken``, ``encoding``, ``empty``, ``too_large``, ``too_many_rows``,
    ``too_many_columns``; ``params`` holds what its message names.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet or a text.

    Attributes:
        lines: gives an iterator over all lines, anew at each call; a cell is text, "" when it is empty.
        name: of the worksheet, "" for others.
        encoding: of a text, as people call it: UTF-8, UTF-16 or GB18030; "" for others.
        tidy: whether the first line is the header for certain (JSON), so that nobody looks for titles above it.
    """

    lines: Callable[[], Iterator[Row]]
    name: str = ""
    encoding: str = ""
    tidy: bool = False


def sheets(path: Path, kind: str, *, most_bytes: int) -> list[Sheet]:
    """The sheets of the file at ``path``.

    Args:
        kind: its format in lower case, one of ``FORMATS``. What the file is, its first bytes say: a workbook named
            CSV is read as a workbook.
        most_bytes: the largest size of a file that is read.

    Raises:
        CannotRead: it is too large, damaged or in no known encoding.
    """
    if kind not in FORMATS:
        raise CannotRead("format")
    size = path.stat().st_size
    if size > most_bytes:
        raise CannotRead("too_large", megabytes=most_bytes // 1_000_000)
    if not size:
        raise CannotRead("empty")
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((spreadsheet.ZIP, spreadsheet.OLE)):
        return _workbook(path)
    if kind in SHEETS and head.lstrip().startswith(b"<"):
        raise CannotRead("broken")  # a web page under the name of a workbook
    if kind in OBJECTS:
        return [_objects(path)]
    return [_text(path, kind)]


# Workbooks


def _workbook(path: Path) -> list[Sheet]:
    try:
        found = spreadsheet.read(path.read_bytes())
    except spreadsheet.Unreadable as error:
        code = {"password": "broken", "too_many_cells": "too_large"}.get(error.code, error.code)
        raise CannotRead(code, megabytes=512) from error
    return [Sheet(_again([list(row) for row in one.rows]), name=one.name) for one in found]


def _again(rows: list[Row]) -> Callable[[], Iterator[Row]]:
    return lambda: iter(rows)


# Texts


def encoding_of(path: Path) -> tuple[str, str]:
    """The codec of a text and what people call it: by its byte order mark, else strict UTF-8, else GB 18030.

    All of the file is read, for GB 18030 accepts most of what a cut or mixed UTF-8 file holds.

    Raises:
        CannotRead: ``encoding``.
    """
    with path.open("rb") as file:
        head = file.read(4)
    for mark, codec in spreadsheet.MARKS.items():
        if head.startswith(mark):
            return codec, "UTF-8" if mark == codecs.BOM_UTF8 else "UTF-16"
    for codec in spreadsheet.ENCODINGS:
        if _decodes(path, codec):
            return codec, codec.upper()
    raise CannotRead("encoding")


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text(path: Path, kind: str) -> Sheet:
    codec, name = encoding_of(path)
    with path.open(encoding=codec, errors="replace", newline="") as file:
        head = file.read(SNIFFED)
    delimiter = "\t" if kind == "tsv" and "\t" in head else max(DELIMITERS, key=head.count)

    def lines() -> Iterator[Row]:
        with path.open(encoding=codec, errors="strict", newline="") as file:
            try:
                for row in csv.reader(file, delimiter=delimiter):
                    yield [cell.strip(" \t\r\n\u3000\u00a0\u200b\ufeff") for cell in row]
            except csv.Error as error:
                raise CannotRead("broken") from error
            except UnicodeError as error:
                raise CannotRead("encoding") from error

    return Sheet(lines, encoding=name)


# JSON


def _objects(path: Path) -> Sheet:
    codec, name = encoding_of(path)
    with path.open(encoding=codec) as file:
        text = file.read()
    try:
        found = json.loads(text)
    except ValueError:
        found = _json_lines(text)
    records = _records(found)
    if not records:
        raise CannotRead("empty")
    names = list(dict.fromkeys(key for record in records for key in record))
    rows = [names, *([plain(record.get(key)) for key in names] for record in records)]
    return Sheet(_again(rows), encoding=name, tidy=True)


def _json_lines(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in io.StringIO(text) if line.strip()]
    except ValueError as error:
        raise CannotRead("broken") from error


def _records(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict) and isinstance(found.get("features"), list):
        return [_feature(one) for one in found["features"] if isinstance(one, dict)]
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        found = lists[0] if len(lists) == 1 else [found]
    if not isinstance(found, list):
        raise CannotRead("broken")
    return [one for one in found if isinstance(one, dict)]


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    """The properties, and the place: a point as two columns, any other shape as GeoJSON text."""
    record = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    place = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if isinstance(place, list) and geometry.get("type") == "Point" and len(place) >= 2:
        record[LONGITUDE], record[LATITUDE] = place[0], place[1]
    elif geometry:
        record[GEOMETRY] = json.dumps(geometry, separators=(",", ":"))
    return record


def plain(value: Any) -> str:
    """A JSON value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return spreadsheet.clean(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def width(row: Iterable[str]) -> int:
    """The number of the last cell that is not empty, from 1; 0 for an empty line."""
    return max((number for number, cell in enumerate(row, 1) if cell), default=0)
