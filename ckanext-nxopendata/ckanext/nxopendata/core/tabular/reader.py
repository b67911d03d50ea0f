"""What people upload, as sheets of rows: a form to take in, the beginning of a file to look at, a table to load.

What a file is, its first bytes say; its name only tells which texts are JSON and which are delimited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ckanext.nxopendata.core.tabular import delimited, encoding, json_objects, spreadsheet, word
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet, SheetStream

TEXTS = frozenset({"csv", "tsv", "txt"})
SPREADSHEETS = frozenset({"xlsx", "xls", "et", "ods", "xlsm"})
OBJECTS = frozenset({"json", "geojson", "jsonl"})
FORMATS = TEXTS | SPREADSHEETS | OBJECTS
"""Formats that become tables, in lower case."""

READ_IN_SANDBOX = frozenset({"xlsx", "geojson"})
"""Formats whose beginning is read in a process of its own: costly enough to be kept."""

MOST_CELLS = spreadsheet.MOST_CELLS


def read(content: bytes, most_cells: int = MOST_CELLS) -> list[Sheet]:
    """Read a form that people filled in: all sheets of a spreadsheet, all tables of a Word file, or a delimited text.

    Raises:
        UnreadableError: it is neither, is damaged, or has more than ``most_cells``.
    """
    if word.is_word(content):
        return word.read(content, most_cells)
    if spreadsheet.is_spreadsheet(content):
        return spreadsheet.read(content, most_cells)
    return [delimited.read_form(content, most_cells)]


def read_beginning(
    path: Path, kind: str, *, limit: int, columns: int, sheets: int = 1, most_bytes: int | None = None
) -> list[Sheet]:
    """Read the first rows of the file at ``path``, for people to look at or for the names of its columns.

    Args:
        kind: its format in lower case: a delimited text, ``xlsx`` or ``geojson``.
        limit: rows of a sheet at most, the header among them.
        columns: cells of a row at most.
        sheets: sheets of a workbook at most.
        most_bytes: the largest file of a format that is not read as a stream.

    Raises:
        UnreadableError: ``format``, ``too_large``, ``costly``, ``password``, ``broken`` or ``encoding``.
    """
    try:
        if kind in TEXTS:
            return [delimited.read_beginning(path, kind, rows=limit, columns=columns)]
        if kind not in READ_IN_SANDBOX:
            raise UnreadableError("format")
        if most_bytes is not None and path.stat().st_size > most_bytes:
            raise UnreadableError("too_large", reason=megabytes(most_bytes))
        if kind == "geojson":
            return [json_objects.read_beginning(path, rows=limit, columns=columns)]
        return spreadsheet.read_beginning(path, sheets=sheets, rows=limit, columns=columns)
    except OSError as error:
        raise UnreadableError("broken", reason=str(error)) from error


def open_sheets(path: Path, kind: str, *, most_bytes: int) -> list[SheetStream]:
    """Open the sheets of the file at ``path`` to read them row by row, again and again.

    A delimited text is streamed, because it may be a hundred times larger than a workbook.

    Args:
        kind: its format in lower case, one of ``FORMATS``; a workbook named CSV is read as a workbook.
        most_bytes: the largest file that is read.

    Raises:
        UnreadableError: it is too large, damaged or in no known encoding.
    """
    if kind not in FORMATS:
        raise UnreadableError("format")
    size = path.stat().st_size
    if size > most_bytes:
        raise UnreadableError("too_large", reason=megabytes(most_bytes), megabytes=most_bytes // 1_000_000)
    if not size:
        raise UnreadableError("empty")
    with path.open("rb") as file:
        head = file.read(8)
    if spreadsheet.is_spreadsheet(head):
        return [SheetStream(_again(sheet), name=sheet.name) for sheet in spreadsheet.read(path.read_bytes())]
    if kind in SPREADSHEETS and head.lstrip().startswith(b"<"):
        raise UnreadableError("broken")  # a web page under the name of a workbook
    if kind in OBJECTS:
        sheet = json_objects.read(path)
        return [SheetStream(_again(sheet), encoding=sheet.encoding, header_first=True)]
    dialect = delimited.detect_dialect(path, kind)
    return [SheetStream(lambda: delimited.stream(path, dialect), encoding=encoding.name_of(dialect.codec))]


def _again(sheet: Sheet) -> Callable[[], Iterator[Row]]:
    return lambda: (list(row) for row in sheet.rows)
