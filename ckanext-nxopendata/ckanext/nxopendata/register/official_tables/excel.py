"""An official table as an Excel workbook: A4 landscape, one page wide, ready to print and stamp. Plain module."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ckanext.nxopendata.register.official_tables.content import Table

SONG, HEI = "宋体", "黑体"
THIN = Side(style="thin", color="000000")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
CENTRED = frozenset({"number", "frequency", "approved", "staff", "posts", "unit_type"})


def workbook(*tables: Table) -> bytes:
    """The tables as sheets of one workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        _sheet(book.create_sheet(table.layout.label), table)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _sheet(page: Worksheet, table: Table) -> None:
    width = len(table.layout.columns)
    for position, column in enumerate(table.layout.columns, 1):
        page.column_dimensions[get_column_letter(position)].width = column.width
    _across(page, 1, width, table.layout.label, Font(name=HEI, size=14), LEFT)
    _across(page, 2, width, table.layout.title, Font(name=HEI, size=18, bold=True), CENTRE)
    page.row_dimensions[2].height = 30
    row = 3
    if table.filler:
        _filler(page, row, width, table.filler)
        row += 1
    head = row
    # The head takes two lines, as the plan prints it.
    for position, column in enumerate(table.layout.columns, 1):
        _put(page, head, position, column.header, Font(name=HEI, size=11), CENTRE)
        _put(page, head + 1, position, "", Font(name=HEI, size=11), CENTRE)
        page.merge_cells(start_row=head, start_column=position, end_row=head + 1, end_column=position)
    row = head + 2
    if table.total:
        row = _line(page, row, width, table.total)
    for group in table.groups:
        if group.text:
            row = _line(page, row, width, group.text)
        for cells in group.rows:
            for position, (column, text) in enumerate(zip(table.layout.columns, cells, strict=True), 1):
                _put(page, row, position, text, Font(name=SONG, size=10), CENTRE if column.key in CENTRED else LEFT)
            row += 1
    _print(page, head, width, row - 1)


def _filler(page: Worksheet, row: int, width: int, pieces: tuple[str, ...]) -> None:
    """The pieces side by side over the width: the unit takes the most."""
    starts = (1, max(width - 4, 2), max(width - 2, 3), width + 1)
    for piece, start, following in zip(pieces, starts, starts[1:], strict=False):
        cell = page.cell(row, start)
        _text(cell, piece)
        cell.font, cell.alignment = Font(name=SONG, size=11), LEFT
        page.merge_cells(start_row=row, start_column=start, end_row=row, end_column=following - 1)


def _line(page: Worksheet, row: int, width: int, text: str) -> int:
    for position in range(1, width + 1):
        page.cell(row, position).border = FRAME
    _across(page, row, width, text, Font(name=HEI, size=11), LEFT)
    return row + 1


def _across(page: Worksheet, row: int, width: int, text: str, font: Font, alignment: Alignment) -> None:
    cell = page.cell(row, 1)
    _text(cell, text)
    cell.font, cell.alignment = font, alignment
    page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def _put(page: Worksheet, row: int, position: int, text: str, font: Font, alignment: Alignment) -> None:
    cell = page.cell(row, position)
    _text(cell, text)
    cell.font, cell.alignment, cell.border = font, alignment, FRAME


def _text(cell: Any, text: str) -> None:
    # As text, so that nothing that begins with "=" is a formula and no digit is lost.
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text) or None
    if cell.value is not None:
        cell.data_type = "s"


def _print(page: Worksheet, head: int, width: int, last: int) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True  # pyright: ignore[reportOptionalMemberAccess]
    page.page_margins.left = page.page_margins.right = 0.5
    page.page_margins.top, page.page_margins.bottom, page.page_margins.footer = 0.6, 0.8, 0.3
    page.print_options.horizontalCentered = True
    page.print_title_rows = f"{head}:{head + 1}"
    page.print_area = f"A1:{get_column_letter(width)}{last}"
    page.oddFooter.center.text = "第 &P 页，共 &N 页"  # pyright: ignore[reportOptionalMemberAccess]
    page.freeze_panes = f"A{head + 2}"
