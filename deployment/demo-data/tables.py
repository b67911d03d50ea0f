"""Tables of the demo data and the three kinds of file they are written to.

Every writer returns bytes that depend on its arguments alone, so that building twice changes nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

DataType = str  # one letter of the guide's data types: C N Y D T L M G B I F
Cell = str | int | float | None

THIN = Side(style="thin", color="999999")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD_FILL = PatternFill("solid", fgColor="DDEBF7")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
BUILD_TIME = "2026-11-20T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Column:
    """One information item (发改高技〔2017〕1272号, element 8).

    ``length`` is the guide's data length in bytes, or ``total,decimals`` for numbers. ``group`` is the
    heading above the column in a two-row header; it is used in XLSX only.
    """

    name: str
    name_en: str
    type: DataType
    length: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; ``rows[i][j]`` belongs to ``columns[j]``."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        """Refuse a row that does not fit the columns (ValueError)."""
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells, the table {len(self.columns)} columns")

    def where(self, column: str, *values: Cell) -> Table:
        """The rows whose cell in ``column`` is one of ``values``."""
        position = [c.name for c in self.columns].index(column)
        return Table(self.columns, tuple(row for row in self.rows if row[position] in values))


def csv_bytes(table: Table, encoding: str) -> bytes:
    """The table as RFC 4180 CSV (CRLF) in ``encoding``: utf-8, utf-8-sig or gb18030."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows(table.rows)
    return out.getvalue().encode(encoding)


def geojson_bytes(table: Table, longitude: str, latitude: str) -> bytes:
    """One point a row, the other columns as properties; rows without a position are left out."""
    names = [column.name for column in table.columns]
    features = []
    for row in table.rows:
        values = dict(zip(names, row, strict=True))
        x, y = values.pop(longitude), values.pop(latitude)
        if isinstance(x, float) and isinstance(y, float):
            point = {"type": "Point", "coordinates": [x, y]}
            features.append({"type": "Feature", "geometry": point, "properties": values})
    document = {"type": "FeatureCollection", "features": features}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def total_row(table: Table, label: str, *summed: str) -> tuple[Cell, ...]:
    """The 合计 row below a table: ``label`` in the first cell, sums in the named columns."""
    cells: list[Cell] = [label, *[None] * (len(table.columns) - 1)]
    for position, column in enumerate(table.columns):
        if column.name in summed:
            cells[position] = sum(cell for row in table.rows if isinstance(cell := row[position], int | float))
    return tuple(cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """How departments set a table in a worksheet: title, unit line, header, rows, total, footnote."""

    title: str
    unit: str
    footnote: str
    merge_down: str = ""  # the column whose equal neighbours become one merged cell
    total: tuple[Cell, ...] = ()


def xlsx_bytes(table: Table, sheet: Sheet) -> bytes:
    """The table as departments hand it in: merged title and unit rows above, a merged source line below."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "数据"
    width = len(table.columns)
    merged_line(page, 1, width, sheet.title, Font(bold=True, size=14), CENTRE)
    merged_line(page, 2, width, sheet.unit, Font(size=10), Alignment(horizontal="right"))
    first = write_header(page, 3, [(column.group, column.name) for column in table.columns])
    rows = [*table.rows, sheet.total] if sheet.total else list(table.rows)
    for number, row in enumerate(rows, first):
        for position, value in enumerate(row, 1):
            page.cell(number, position, value).border = FRAME
    if sheet.merge_down:
        position = [column.name for column in table.columns].index(sheet.merge_down)
        merge_equal(page, position + 1, first, [row[position] for row in table.rows])
    merged_line(page, first + len(rows), width, sheet.footnote, Font(size=9, italic=True), Alignment(wrap_text=True))
    page.row_dimensions[first + len(rows)].height = 42
    for position, column in enumerate(table.columns, 1):
        cells = [column.name, *(str(row[position - 1]) for row in rows if row[position - 1] is not None)]
        page.column_dimensions[get_column_letter(position)].width = min(48, 3 + max(map(display_width, cells)))
    page.freeze_panes = f"A{first}"
    return workbook_bytes(book)


def merged_line(page: Worksheet, row: int, width: int, text: str, font: Font, alignment: Alignment) -> None:
    """One text over the whole width of the table."""
    page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
    cell = page.cell(row, 1, text)
    cell.font, cell.alignment = font, alignment


def write_header(page: Worksheet, row: int, headings: Sequence[tuple[str, str]]) -> int:
    """Write ``(group, name)`` headings in one row, or in two with merged groups; the number of the next row.

    A column without a group is merged over both rows.
    """
    deep = any(group for group, _ in headings)
    for position, (group, name) in enumerate(headings, 1):
        page.cell(row, position, group or name)
        if deep and group:
            page.cell(row + 1, position, name)
        elif deep:
            page.merge_cells(start_row=row, start_column=position, end_row=row + 1, end_column=position)
    for line in range(row, row + 1 + deep):
        for position in range(1, len(headings) + 1):
            cell = page.cell(line, position)
            cell.font, cell.alignment, cell.border, cell.fill = Font(bold=True), CENTRE, FRAME, HEAD_FILL
    if deep:
        start = 0
        while start < len(headings):
            end = start
            while end + 1 < len(headings) and headings[start][0] and headings[end + 1][0] == headings[start][0]:
                end += 1
            if end > start:
                page.merge_cells(start_row=row, start_column=start + 1, end_row=row, end_column=end + 1)
            start = end + 1
    return row + 1 + deep


def merge_equal(page: Worksheet, column: int, first: int, values: Sequence[Cell]) -> None:
    """Merge the cells of one column where neighbours are equal; ``values[0]`` stands in row ``first``."""
    start = 0
    while start < len(values):
        end = start
        while end + 1 < len(values) and values[end + 1] == values[start]:
            end += 1
        if end > start:
            page.merge_cells(start_row=first + start, start_column=column, end_row=first + end, end_column=column)
        page.cell(first + start, column).alignment = CENTRE
        start = end + 1


def display_width(text: str) -> int:
    """Columns on screen: Han characters and full-width marks take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def workbook_bytes(book: Workbook) -> bytes:
    """The workbook without the time it was saved and without compression.

    openpyxl stamps the time of saving into the file, and compressed bytes differ between builds of zlib.
    """
    book.properties.creator = "演示数据"
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", BUILD_TIME.encode(), content)
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 0, 0, 0)), content)
    return out.getvalue()
