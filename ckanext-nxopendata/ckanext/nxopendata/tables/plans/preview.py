"""The first rows of a file beside those of its table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.tables import query, table_lookup
from ckanext.nxopendata.tables.page.row_view import to_text
from ckanext.nxopendata.tables.query import Question

ROWS = 12
COLUMNS = 20
MOST_BYTES = 20_000_000


def read_before(path: Path | None, kind: str, sheet: str) -> list[tuple[int, list[str]]]:
    """Return the first lines of the file as they stand there, with their numbers; none where it cannot be read."""
    if path is None or path.stat().st_size > MOST_BYTES:
        return []
    try:
        lines = reader.read_first_lines(path, kind, sheet, rows=ROWS, columns=COLUMNS, most_bytes=MOST_BYTES)
    except UnreadableError:
        return []
    width = max((len(row) for _, row in lines), default=0)
    return [(line, row + [""] * (width - len(row))) for line, row in lines]


def read_after(resource_id: str) -> tuple[Sequence[str], list[list[str]]]:
    """Return the names of the columns of the table, and its first rows as text."""
    columns = table_lookup.list_columns(resource_id)
    if not columns:
        return (), []
    _, rows = query.read_page(table_lookup.make_source(resource_id, columns), Question(), ROWS, 0)
    shown: list[list[str]] = [[to_text(cell) for cell in row[:COLUMNS]] for row in rows]
    return [column.label for column in columns[:COLUMNS]], shown


def list_delimiters() -> list[tuple[str, Any]]:
    """Return the delimiters to choose from, as people see them."""
    return [(",", ","), ("\t", "Tab"), (";", ";"), ("|", "|"), ("||", "||"), ("^", "^"), (":", ":"), (" ", "␠")]
