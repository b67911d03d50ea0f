"""Worksheets of Excel 97 to 2003 (.xls, and .et of that kind) as they show: formats, hidden parts, merged cells.

xlrd reads the number formats, which calamine does not give. Runs in the limited process.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlrd  # pyright: ignore[reportMissingImports]  it has no types

from ckanext.nxopendata.core.tabular import cells
from ckanext.nxopendata.core.tabular.sheets import Sheet
from ckanext.nxopendata.core.tabular.workbook import number_formats
from ckanext.nxopendata.core.tabular.workbook.grid import Grid

DATE = "yyyy-mm-dd"
VISIBLE = 0


class UnknownFormatError(Exception):
    """The file is no workbook that xlrd reads."""


def read(content: bytes, *, most_cells: int, most_merged: int, as_form: bool = False) -> Iterator[Sheet]:
    """Yield the visible sheets; of a form, the hidden ones too.

    Raises:
        UnknownFormatError: xlrd reads no such file.
        UnreadableError: ``too_many_cells`` or ``too_large``.
    """
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except Exception as error:  # xlrd raises whatever a damaged record leads to
        raise UnknownFormatError(str(error)) from error
    shown = [sheet for sheet in book.sheets() if as_form or sheet.visibility == VISIBLE]
    hidden = book.nsheets - len(shown)
    total = 0
    for sheet in shown:
        grid = Grid(most_cells - total, most_merged, as_form=as_form)
        if hidden:
            grid.left_out["hidden_sheets"] = hidden
        _read_sheet(book, sheet, grid)
        total += grid.cells
        yield grid.to_sheet(sheet.name)


def _read_sheet(book: Any, sheet: Any, grid: Grid) -> None:
    for number in range(sheet.nrows):
        row: list[str] = []
        for place, cell in enumerate(sheet.row(number)):
            text, is_number = _show(book, cell, grid)
            if text:
                grid.put(row, number + 1, place, text, is_number=is_number)
        about = sheet.rowinfo_map.get(number)
        grid.add(number + 1, row, hidden=bool(about and about.hidden))
    grid.hidden_columns = {place for place, about in sheet.colinfo_map.items() if about.hidden}
    grid.merged = [(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]


def _show(book: Any, cell: Any, grid: Grid) -> tuple[str, bool]:
    """What a cell shows, and whether it is an amount."""
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return cells.clean(cell.value), False
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return ("是" if cell.value else "否"), False
    if cell.ctype == xlrd.XL_CELL_ERROR:
        grid.left_out["error_cells"] += 1
        return xlrd.error_text_from_code.get(cell.value, "#N/A"), False
    if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return "", False
    key = book.xf_list[cell.xf_index].format_key
    code = number_formats.BUILT_IN.get(key) or getattr(book.format_map.get(key), "format_str", "")
    if cell.ctype == xlrd.XL_CELL_DATE and not code:
        code = DATE
    grid.left_out["digits_lost"] += number_formats.has_lost_digits(cell.value, code)
    text = number_formats.show(cell.value, code, from_1904=book.datemode == 1, whole_days=grid.as_form)
    return text, number_formats.is_amount(code)
