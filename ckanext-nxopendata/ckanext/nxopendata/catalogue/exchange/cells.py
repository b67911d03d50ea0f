"""The cells of a spreadsheet or a delimited file as text, whatever program wrote it. Plain module.

Files are told by their first bytes, not by their name: zip (xlsx, et, ods), OLE (xls, et), else text in UTF-8
with or without byte order mark, UTF-16 or GB 18030. Merged cells count for every cell they cover.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import python_calamine

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order. gb18030, not gbk: only it holds the euro sign and the rarer characters of names."""

MOST_UNZIPPED = 512 * 1024 * 1024
MOST_CELLS = 5_000_000


class Unreadable(Exception):
    """The file cannot be read; ``code`` says why: ``broken``, ``too_large``, ``encoding``."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name ("" in a delimited file) and its rows, the first row of the file first."""

    name: str
    rows: Sequence[Sequence[str]]


def read(content: bytes) -> list[Sheet]:
    """The sheets of a file.

    Raises:
        Unreadable: it is neither a spreadsheet nor text.
    """
    if content.startswith((ZIP, OLE)):
        return _spreadsheet(content)
    return [Sheet("", _delimited(content))]


def _spreadsheet(content: bytes) -> list[Sheet]:
    if content.startswith(ZIP):
        _refuse_bomb(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            _fill_merged(rows, sheet.merged_cell_ranges or [])
            sheets.append(Sheet(name, rows))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable("broken", str(error)) from error
    return sheets


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise Unreadable("broken", str(error)) from error
    if size > MOST_UNZIPPED:
        raise Unreadable("too_large", str(MOST_UNZIPPED))


def _cell(value: object) -> str:
    """The text of a cell: whole numbers without ``.0``, dates as ISO 8601, invisible characters removed."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return clean(str(value))


def clean(value: str) -> str:
    """``value`` without invisible characters and without space around it; its words stay as they are."""
    return re.sub(r"[\u200b\ufeff]", "", value).replace("\u00a0", " ").strip(" \t\r\n\u3000")


def _fill_merged(rows: list[list[str]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    filled = 0
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        filled += (bottom - top + 1) * (right - left + 1)
        if filled > MOST_CELLS:
            raise Unreadable("too_large", str(MOST_CELLS))
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _delimited(content: bytes) -> list[list[str]]:
    text = decode(content)
    delimiter = max("\t,;", key=text[: 16 * 1024].count)
    try:
        return [[clean(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable("broken", str(error)) from error


def decode(content: bytes) -> str:
    """A text by its byte order mark, else by the first encoding that decodes all of it.

    Raises:
        Unreadable: none does, or it has zero bytes.
    """
    encodings = next(((name,) for mark, name in MARKS.items() if content.startswith(mark)), ENCODINGS)
    for name in encodings:
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable("encoding")
