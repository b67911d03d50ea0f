"""The column headers of tables in files, read in a bounded way. Imports nothing of CKAN."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

from ckanext.nxopendata.core.tabular import beginning, spreadsheet

BEGINNING = 64 * 1024
"""Bytes of a text file that are read."""

LARGEST_WORKBOOK = 20 * 1024 * 1024
FIRST_ROWS = 10
MOST_SHEETS = 10
MOST_COLUMNS = 500
ENCODINGS = ("utf-8-sig", "gb18030")
TEXT_KINDS = frozenset({"csv", "tsv", "txt"})
WORKBOOK = "xlsx"


def of_file(path: Path, kind: str) -> list[str]:
    """The headers of a CSV, TSV or XLSX file; [] of what is another kind, or cannot be read.

    The header is the first of the first ten rows that has the most filled cells, so that title and unit rows above it
    do no harm.

    Args:
        kind: the format as the resource names it, in any case.
    """
    kind = kind.lower().lstrip(".")
    try:
        if kind in TEXT_KINDS:
            return _header(_text_rows(path, "\t" if kind == "tsv" else None))
        if kind == WORKBOOK and path.stat().st_size <= LARGEST_WORKBOOK:
            return _of_workbook(path)
    except (OSError, csv.Error, spreadsheet.Unreadable):
        return []
    return []


def _text_rows(path: Path, delimiter: str | None) -> list[list[str]]:
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = beginning.decode("utf-16", errors="ignore")
    else:
        text = _decoded(beginning)
    first = text.partition("\n")[0]
    delimiter = delimiter or max(",\t;|", key=first.count)
    return list(itertools.islice(csv.reader(io.StringIO(text), delimiter=delimiter), FIRST_ROWS))


def _decoded(beginning: bytes) -> str:
    for encoding in ENCODINGS:
        # The last character may be cut in two.
        for cut in range(4):
            try:
                return beginning[: len(beginning) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
    return ""


def _of_workbook(path: Path) -> list[str]:
    sheets = beginning.read(path, sheets=MOST_SHEETS, rows=FIRST_ROWS, columns=MOST_COLUMNS)
    return [header for sheet in sheets for header in _header(sheet.rows)]


def _header(rows: list[list[str]]) -> list[str]:
    filled = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    return max(filled, key=len, default=[])
