"""The cells of a spreadsheet or a delimited file as text, whatever program wrote it. Plain module.

Files are told by their first bytes, not by their name: zip (xlsx, et, ods), OLE (xls, et), else text in UTF-8
with or without byte order mark, UTF-16 or GB 18030. Merged cells count for every cell they cover. Spreadsheets are
read in a process of their own (:mod:`.sandbox`).
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import python_calamine

from ckanext.nxopendata.core.tabular import csv_safety, sandbox

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream of an OLE file that holds a workbook behind a password ([MS-OFFCRYPTO], 2.3.4)."""

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order. gb18030, not gbk: only it holds the euro sign and the rarer characters of names."""

INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\ufeff]")

MOST_UNZIPPED = 512 * 1024 * 1024
MOST_CELLS = 20_000_000
"""Of all sheets together, the empty ones within their bounds too."""

MOST_MERGED = 5_000_000
LONGEST = 1_000_000
"""Characters of a cell; Excel holds 32,767."""


class Unreadable(Exception):
    """The file cannot be read; ``code`` says why, ``reason`` how much or what.

    Codes: ``broken``, ``password``, ``too_large``, ``too_many_cells``, ``encoding``.
    """

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name ("" in a delimited file) and its rows, the first row of the file first."""

    name: str
    rows: Sequence[Sequence[str]]


def read(content: bytes, most_cells: int = MOST_CELLS) -> list[Sheet]:
    """The sheets of a file.

    Raises:
        Unreadable: it is neither a spreadsheet nor text, or has more than ``most_cells``.
    """
    if not content.startswith((ZIP, OLE)):
        return [Sheet("", _delimited(content, most_cells))]
    if content.startswith(ZIP):
        _refuse_bomb(content)
    elif ENCRYPTED in content:
        raise Unreadable("password")
    try:
        told = json.loads(sandbox.call(_spreadsheet, content, most_cells))
    except sandbox.Died as error:
        raise Unreadable("too_large", _megabytes(sandbox.MEMORY)) from error
    if "refused" in told:
        raise Unreadable(*told["refused"])
    return [Sheet(name, rows) for name, rows in told["sheets"]]


def _spreadsheet(content: bytes, most_cells: int) -> bytes:
    """The sheets, or why there are none, as JSON."""
    try:
        answer: dict[str, object] = {"sheets": list(_sheets(content, most_cells))}
    except python_calamine.PasswordError:
        answer = {"refused": ("password",)}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        answer = {"refused": ("broken", str(error))}
    except Unreadable as error:
        answer = {"refused": (error.code, error.reason)}
    return json.dumps(answer, ensure_ascii=False).encode()


def _sheets(content: bytes, most_cells: int) -> Iterator[tuple[str, list[list[str]]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    number = 0
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        number += sheet.total_height * sheet.total_width
        if number > most_cells:
            raise Unreadable("too_many_cells", f"{most_cells:,}")
        rows = [[text_of(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
        _fill_merged(rows, sheet.merged_cell_ranges or [])
        yield name, rows


def _megabytes(size: int) -> str:
    return f"{size // 1024 // 1024:,} MB"


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise Unreadable("broken", str(error)) from error
    if size > MOST_UNZIPPED:
        raise Unreadable("too_large", _megabytes(MOST_UNZIPPED))


def text_of(value: object) -> str:
    """The text of a cell: whole numbers without ``.0``, dates as ISO 8601, invisible characters removed."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if len(text := str(value)) > LONGEST:
        raise Unreadable("too_large", f"{LONGEST // 1000:,} kB")
    return clean(text)


def clean(value: str) -> str:
    """``value`` without control and invisible characters and without space around it; its words stay as they are."""
    return INVISIBLE.sub("", value).replace("\u00a0", " ").strip(" \t\r\n\u3000")


def _fill_merged(rows: list[list[str]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    filled = 0
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        filled += (bottom - top + 1) * (right - left + 1)
        if filled > MOST_MERGED:
            raise Unreadable("too_many_cells", f"{MOST_MERGED:,}")
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value


def _delimited(content: bytes, most_cells: int) -> list[list[str]]:
    text = decode(content)
    delimiter = max("\t,;", key=text[: 16 * 1024].count)
    number, rows = 0, []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            number += len(row)
            if number > most_cells:
                raise Unreadable("too_many_cells", f"{most_cells:,}")
            rows.append([csv_safety.bare(clean(cell)) for cell in row])
    except csv.Error as error:
        raise Unreadable("broken", str(error)) from error
    return rows


def decode(content: bytes) -> str:
    """A text by its byte order mark, else by the first encoding that decodes all of it.

    Raises:
        Unreadable: none does, or it has zero bytes.
    """
    for name in next(((name,) for mark, name in MARKS.items() if content.startswith(mark)), _unmarked(content)):
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable("encoding")


def _unmarked(content: bytes) -> Sequence[str]:
    """The encodings of a text without mark. In UTF-16 every comma and tab has a zero byte beside it, on one side."""
    head = content[: 16 * 1024]
    zeros = head[::2].count(0), head[1::2].count(0)
    if (zeros[0] == 0) != (zeros[1] == 0) and re.search(rb"[,;\t]\x00|\x00[,;\t]", head):
        return ("utf-16-be",) if zeros[0] else ("utf-16-le",)
    return ENCODINGS
