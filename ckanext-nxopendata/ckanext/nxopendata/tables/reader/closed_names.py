"""Names of columns that are declared not open, wherever in a file they stand: other sheets, hidden parts. Plain module.

The table is made without such columns, but the file itself holds whatever it holds: a worksheet that was not read, a
column that the sheet hides, a part that the reading plan leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import reader, spreadsheet
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.layout.header import LOOKED_AT
from ckanext.nxopendata.core.tabular.workbook import archive
from ckanext.nxopendata.tables.reader.columns import fold_name


def find(path: Path, kind: str, items: Sequence[Mapping[str, Any]], most_bytes: int) -> list[str]:
    """Return the names of the items that are declared not open and stand among the first rows of any sheet of a file.

    A workbook whose hidden parts cannot be read is taken to hold all of them.

    Args:
        kind: its format in lower case.
    """
    names = {fold_name(str(item["name"])): str(item["name"]) for item in items if str(item.get("is_open") or "") == "0"}
    if not names:
        return []
    try:
        cells = {fold_name(cell) for cell in _list_first_cells(path, kind, most_bytes)}
    except UnreadableError:
        return list(names.values())
    return [name for folded, name in names.items() if folded in cells]


def _list_first_cells(path: Path, kind: str, most_bytes: int) -> Iterator[str]:
    """The cells of the first rows of all sheets, those that are hidden too, and each part of a header's name."""
    with path.open("rb") as file:
        head = file.read(reader.HEAD)
    if packed := archive.unpack(path, head, most_bytes):
        for one in packed:
            with one.file:
                yield from _list_first_cells(Path(one.file.name), one.kind or kind, most_bytes)
        return
    rows: Iterable[Sequence[str]]
    if spreadsheet.is_spreadsheet(head):
        sheets = spreadsheet.read(path.read_bytes(), as_form=True)
        rows = (row for sheet in sheets for row in islice(filter(any, sheet.rows), LOOKED_AT))
    else:
        streams = reader.open_sheets(path, kind, most_bytes=most_bytes)
        rows = (row for stream in streams for row in islice(filter(any, stream.lines()), LOOKED_AT))
    for row in rows:
        for cell in row:
            yield cell
            yield from cell.splitlines() if "\n" in cell else ()
