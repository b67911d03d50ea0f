"""The first rows of a file, for people to look at before they download it. Reads local files only.

What has to be read whole is read in a process of its own, with limits: a file of some kilobytes can ask for gigabytes.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import beginning, spreadsheet

ROWS = 30
COLUMNS = 60
CELL_CHARACTERS = 200
HEAD_BYTES = 256 * 1024
READ_WHOLE = frozenset({"xlsx", "geojson"})
"""Formats of which the beginning alone says nothing."""

FORMATS = READ_WHOLE | {"csv", "tsv"}
DELIMITERS = ",\t;|"


class NoPreview(Exception):
    """No table to show; ``code`` says why: ``format``, ``size``, ``costly``, ``broken`` or ``empty``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Table:
    """The beginning of a table.

    Attributes:
        header: the column names.
        rows: at most ``ROWS`` rows, each as long as the header.
        complete: whether these are all rows of the file.
        encoding: of a text file, as people call it (UTF-8, GB18030, UTF-16); "" for others.
        notes: lines above the header, such as the title and the unit of a worksheet.
        sheet: the worksheet's name; "" for others.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    complete: bool
    encoding: str = ""
    notes: tuple[str, ...] = ()
    sheet: str = ""


def read(path: Path, kind: str, *, limit: int) -> Table:
    """Read the beginning of the file at ``path``.

    Args:
        kind: its format in lower case, one of ``FORMATS``.
        limit: the largest size in bytes of a file that has to be read whole (XLSX, GeoJSON).

    Raises:
        NoPreview: the file cannot be shown.
    """
    if kind not in FORMATS:
        raise NoPreview("format")
    try:
        if kind in ("csv", "tsv"):
            with path.open("rb") as file:
                head = file.read(HEAD_BYTES + 1)
            return from_csv(head[:HEAD_BYTES], whole=len(head) <= HEAD_BYTES)
        if path.stat().st_size > limit:
            raise NoPreview("size")
        return _from_xlsx(path) if kind == "xlsx" else _from_geojson(path)
    except OSError as error:
        raise NoPreview("broken") from error


# Text


def decode(head: bytes, *, whole: bool) -> tuple[str, str]:
    """The text of ``head`` and the name of its encoding.

    Chinese departments write UTF-8 with and without BOM, UTF-16 and GB18030; strict UTF-8 is tried first because
    GB18030 accepts nearly anything. A character cut at the end of ``head`` is dropped unless the file is ``whole``.

    Raises:
        NoPreview: ``broken``, the bytes are in none of them.
    """
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if head.startswith(mark):
            return codecs.getincrementaldecoder(codec)("replace").decode(head), name
    for codec, name in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return codecs.getincrementaldecoder(codec)("strict").decode(head, final=whole), name
        except UnicodeDecodeError:
            continue
    raise NoPreview("broken")


def from_csv(head: bytes, *, whole: bool) -> Table:
    """The table at the beginning of a CSV file; ``whole`` says that ``head`` is all of it."""
    text, encoding = decode(head, whole=whole)
    if not whole:
        text = text[: text.rfind("\n") + 1] or text
    if "\0" in text:
        raise NoPreview("broken")
    first_line = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        lines = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ROWS + 2))
    except csv.Error as error:
        raise NoPreview("broken") from error
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    return _table(lines, read_all=whole, encoding=encoding)


# Workbooks


def _from_xlsx(path: Path) -> Table:
    try:
        sheets = beginning.read(path, sheets=1, rows=ROWS + 12, columns=COLUMNS)
    except spreadsheet.Unreadable as error:
        raise NoPreview({"too_large": "size", "password": "broken"}.get(error.code, error.code)) from error
    if not sheets:
        raise NoPreview("empty")
    lines = [line for line in sheets[0].rows if any(line)]
    notes = []
    # A title and a unit line stand alone in their row, above the row that names the columns.
    while len(lines) > 1 and sum(1 for cell in lines[0] if cell) == 1 < max(_width(line) for line in lines):
        notes.append(next(cell for cell in lines.pop(0) if cell))
    return _table(lines, read_all=sheets[0].complete, notes=tuple(notes), sheet=sheets[0].name)


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00").strip()


def _width(line: list[str]) -> int:
    return max((number for number, cell in enumerate(line, 1) if cell), default=0)


# GeoJSON


def _from_geojson(path: Path) -> Table:
    try:
        told = json.loads(beginning.call(_read_geojson, str(path)))
    except spreadsheet.Unreadable as error:
        raise NoPreview(error.code) from error
    return from_dict(told)


def _read_geojson(path: str) -> bytes:
    """The table, or why there is none, as ``to_dict`` gives it in JSON."""
    return json.dumps(to_dict(lambda: _table_of_geojson(Path(path)))).encode()


def _table_of_geojson(path: Path) -> Table:
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        shown = features[:ROWS]
        names = list(dict.fromkeys(name for feature in shown for name in feature.get("properties") or {}))
        lines = [[*names, "geometry"]]
        for feature in shown:
            properties, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
            place = f"{geometry.get('type', '')} {json.dumps(geometry.get('coordinates'))}" if geometry else ""
            lines.append([*(_plain(properties.get(name)) for name in names), place])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoPreview("broken") from error
    return _table(lines, read_all=len(features) <= ROWS, encoding="UTF-8")


# Between processes, and in Redis


def to_dict(make: Callable[[], Table]) -> dict[str, Any]:
    """The table that ``make`` gives as values of JSON, or ``{"refused": code}``."""
    try:
        return asdict(make())
    except NoPreview as reason:
        return {"refused": reason.code}


def from_dict(told: dict[str, Any]) -> Table:
    """The table again.

    Raises:
        NoPreview: there was none.
    """
    if "refused" in told:
        raise NoPreview(told["refused"])
    values = {"header": tuple(told["header"]), "rows": tuple(map(tuple, told["rows"])), "notes": tuple(told["notes"])}
    return Table(**told | values)


def _table(
    lines: list[list[str]], *, read_all: bool, encoding: str = "", notes: tuple[str, ...] = (), sheet: str = ""
) -> Table:
    if not lines:
        raise NoPreview("empty")
    shown = lines[: ROWS + 1]
    width = min(max(_width(line) for line in shown), COLUMNS)
    cut = [tuple(_short(line[n]) if n < len(line) else "" for n in range(width)) for line in shown]
    complete = read_all and len(lines) <= ROWS + 1
    return Table(cut[0], tuple(cut[1:]), complete, encoding, notes, sheet)


def _short(cell: str) -> str:
    cell = cell.strip()
    return cell if len(cell) <= CELL_CHARACTERS else cell[: CELL_CHARACTERS - 1] + "…"
