"""The column headers of tables in files, read in a bounded way. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError

LARGEST_WORKBOOK = 20 * 1024 * 1024
FIRST_ROWS = 10
MOST_SHEETS = 10
MOST_COLUMNS = 500
WORKBOOK = "xlsx"
KINDS = reader.TEXTS | {WORKBOOK}


def read_headers(path: Path, kind: str) -> list[str]:
    """Return the headers of a CSV, TSV or XLSX file; [] of what is another kind, or cannot be read.

    The header is the first of the first ten rows that has the most filled cells, so that title and unit rows above it
    do no harm.

    Args:
        kind: the format as the resource names it, in any case.
    """
    kind = kind.lower().lstrip(".")
    if kind not in KINDS:
        return []
    try:
        sheets = reader.read_beginning(
            path, kind, limit=FIRST_ROWS, columns=MOST_COLUMNS, sheets=MOST_SHEETS, most_bytes=LARGEST_WORKBOOK
        )
    except UnreadableError:
        return []
    return [header for sheet in sheets for header in _pick_header(sheet.rows)]


def _pick_header(rows: Sequence[Sequence[str]]) -> list[str]:
    filled = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    return max(filled, key=len, default=[])
