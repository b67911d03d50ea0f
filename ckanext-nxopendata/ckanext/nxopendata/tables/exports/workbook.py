"""A table as a workbook: the data on a sheet whose header stays in view, what they are on a second."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ckanext.nxopendata.tables.exports.formats import CONTROL, Field, Rows, read_blocks, to_text

MOST_SHEET_ROWS = 1_048_575
"""Rows below the header of an Excel worksheet."""

LONGEST_CELL = 32_767
FIRST_DAY = dt.date(1900, 3, 1)
"""Excel takes 1900 for a leap year: earlier days are written as text."""

ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What a spreadsheet program would read as a sign's number."""

MADE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  a workbook has no zones
"""The same table gives the same file, whenever it is asked for."""


class TooManyRowsError(Exception):
    """A worksheet holds no more than ``MOST_SHEET_ROWS`` rows."""


class CellTooLongError(Exception):
    """A cell has more characters than a worksheet keeps."""


def xlsx(fields: Sequence[Field], rows: Rows, notes: Sequence[tuple[str, ...]] = ()) -> Iterator[bytes]:
    """A workbook: codes and other texts as text, numbers and dates as such, the header frozen.

    A text that begins with ``=`` is written as text, never as a formula.

    Args:
        notes: rows of a second sheet, as :func:`describe` makes them.

    Raises:
        TooManyRowsError, CellTooLongError: before the first byte; nothing is cut silently.
    """
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = MADE
    sheet = book.create_sheet("数据")
    sheet.freeze_panes = "A2"
    for number, field in enumerate(fields, 1):
        wide = sum(2 if ord(sign) > 0x2E7F else 1 for sign in field.label)
        sheet.column_dimensions[get_column_letter(number)].width = min(48, max(12, wide + 3))

    def string(value: str, *, bold: bool = False) -> Any:
        if len(value) > LONGEST_CELL:
            raise CellTooLongError
        cell = WriteOnlyCell(sheet, None)
        cell.value = ESCAPED.sub("_x005F_", value.translate(CONTROL)).replace("\r", "_x000D_")
        cell.data_type = "s"
        cell.number_format = "@"
        if bold:
            cell.font = Font(bold=True)
        return cell

    def formatted(value: Any, number_format: str) -> Any:
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = number_format
        return cell

    def cell(value: Any) -> Any:
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int) and abs(value) < 10**15:
            return formatted(value, "0")
        if isinstance(value, Decimal) and len(value.as_tuple().digits) <= 15:
            return value
        if isinstance(value, dt.datetime):
            exact = value.tzinfo is None and not value.microsecond and value.date() >= FIRST_DAY
            return formatted(value, "yyyy-mm-dd hh:mm:ss") if exact else string(to_text(value))
        if isinstance(value, dt.date) and value >= FIRST_DAY:
            return formatted(value, "yyyy-mm-dd")
        return string(to_text(value))

    sheet.append([string(field.label, bold=True) for field in fields])
    for number, row in enumerate(rows):
        if number >= MOST_SHEET_ROWS:
            raise TooManyRowsError
        sheet.append([cell(value) for value in row])
    if notes:
        sheet = book.create_sheet("说明")
        for number, row in enumerate(notes):
            sheet.append([string(text[:LONGEST_CELL], bold=number == 0) for text in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        yield from read_blocks(file)
