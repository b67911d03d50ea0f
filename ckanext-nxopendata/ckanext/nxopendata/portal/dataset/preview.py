"""The first rows of a file, for people to look at before they download it. Reads local files only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.cells import width
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Sheet

ROWS = 30
COLUMNS = 60
CELL_CHARACTERS = 200
ROWS_ABOVE = 12
"""Title, unit and empty rows that may stand among the first rows."""

FORMATS = frozenset({"csv", "tsv", "xlsx", "geojson"})
CODES = {"too_large": "size", "password": "broken", "encoding": "broken"}
"""Code of the reader -> code of a preview, where they differ."""


class NoPreviewError(Exception):
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
        NoPreviewError: the file cannot be shown.
    """
    if kind not in FORMATS:
        raise NoPreviewError("format")
    rows = ROWS + 1 if kind == "geojson" else ROWS + ROWS_ABOVE
    try:
        sheets = reader.read_beginning(path, kind, limit=rows, columns=COLUMNS, most_bytes=limit)
    except UnreadableError as error:
        raise NoPreviewError(CODES.get(error.code, error.code)) from error
    lines = [[cell.strip() for cell in row] for row in (sheets[0].rows if sheets else ())]
    lines = [line for line in lines if any(line)]
    if not lines:
        raise NoPreviewError("empty")
    notes = _take_notes(lines) if kind == "xlsx" else []
    return _to_table(sheets[0], lines[len(notes) :], tuple(notes))


def _take_notes(lines: list[list[str]]) -> list[str]:
    """The title and unit lines: each stands alone in its row, above the row that names the columns."""
    notes: list[str] = []
    for number, line in enumerate(lines[:-1]):
        filled = [cell for cell in line if cell]
        if len(filled) != 1 or max(map(width, lines[number:])) == 1:
            break
        notes += filled
    return notes


def _to_table(sheet: Sheet, lines: list[list[str]], notes: tuple[str, ...]) -> Table:
    shown = lines[: ROWS + 1]
    columns = min(max(map(width, shown)), COLUMNS)
    cells = [tuple(_shorten(line[n]) if n < len(line) else "" for n in range(columns)) for line in shown]
    complete = sheet.complete and len(lines) <= ROWS + 1
    return Table(cells[0], tuple(cells[1:]), complete, sheet.encoding, notes, sheet.name)


def _shorten(cell: str) -> str:
    return cell if len(cell) <= CELL_CHARACTERS else cell[: CELL_CHARACTERS - 1] + "…"


# As values of JSON, to be kept


def to_dict(read_table: Callable[[], Table]) -> dict[str, Any]:
    """Return a table, or ``{"refused": code}`` where there is none."""
    try:
        return asdict(read_table())
    except NoPreviewError as reason:
        return {"refused": reason.code}


def from_dict(values: dict[str, Any]) -> Table:
    """Return the table again.

    Raises:
        NoPreviewError: there was none.
    """
    if "refused" in values:
        raise NoPreviewError(values["refused"])
    tuples = {
        "header": tuple(values["header"]),
        "rows": tuple(map(tuple, values["rows"])),
        "notes": tuple(values["notes"]),
    }
    return Table(**values | tuples)
