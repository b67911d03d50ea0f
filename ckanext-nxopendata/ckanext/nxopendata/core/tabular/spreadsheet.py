"""Spreadsheets (xlsx, xls, et, ods), read in a process of their own, whatever program wrote them.

What a file unpacks to is looked at before anything is unpacked, and the limits of the process hold for whatever the
file says of itself. A whole file may take minutes; its beginning, for what many readers ask, ends within ten seconds.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

import python_calamine

from ckanext.nxopendata.core.tabular import cells, sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError, megabytes
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet
from ckanext.nxopendata.core.tabular.workbook import ods, xls, xlsx
from ckanext.nxopendata.core.tabular.workbook.grid import LABELS, LONGEST_CELL

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream of an OLE file that holds a workbook behind a password ([MS-OFFCRYPTO], 2.3.4)."""

MOST_CELLS = 20_000_000
"""Of all sheets together, the empty ones within their bounds too."""

OTHER_KINDS = {"xl/workbook.bin": "XLSB", "word/document.xml": "DOCX", "ppt/presentation.xml": "PPTX"}
"""A part of an Office file -> what people call it. Of XLSB the number formats are not read: codes would lose zeros."""

MOST_MERGED = 5_000_000
LONGEST_CELL_OF_BEGINNING = 1000
"""Characters of a cell of which more is cut off."""


@dataclass(frozen=True, slots=True)
class UnpackedLimits:
    """What a zip file may unpack to by its own directory.

    Attributes:
        total: bytes of all members.
        shared_strings: bytes of ``sharedStrings.xml``, which is read whole before the first row.
        members: their number.
    """

    total: int
    shared_strings: int
    members: int


WHOLE_FILE = UnpackedLimits(512 * 1024**2, 256 * 1024**2, 20_000)
BEGINNING = UnpackedLimits(200 * 1024**2, 64 * 1024**2, 10_000)


def is_spreadsheet(head: bytes) -> bool:
    """Whether a file is a spreadsheet by its first bytes, not by its name."""
    return head.startswith((ZIP, OLE))


def read(content: bytes, most_cells: int = MOST_CELLS, *, as_form: bool = False) -> list[Sheet]:
    """Read all sheets that are shown; of a merged amount, the first row alone has it.

    Args:
        as_form: whether hidden sheets, rows and columns are wanted too, merged cells count for every cell they cover,
            and rows stand at the place of their number.

    Raises:
        UnreadableError: ``broken``, ``password``, ``too_large`` or ``too_many_cells``.
    """
    if content.startswith(OLE) and ENCRYPTED in content:
        raise UnreadableError("password")
    if sandbox.is_limited():  # between processes a sheet is copied twice; here it is not
        return list(_refusing(lambda: _sheets(content, most_cells, as_form=as_form)))
    try:
        answer = sandbox.run_limited(_read, content, most_cells, as_form)
    except sandbox.SandboxError as error:
        raise UnreadableError("too_large", reason=megabytes(sandbox.WHOLE_FILE.memory)) from error
    return unpack(answer)


def read_beginning(path: Path, *, sheets: int, rows: int, columns: int) -> list[Sheet]:
    """Read the first rows of the first sheets of the file at ``path``. Merged cells count once.

    Raises:
        UnreadableError: ``broken``, ``password``, ``too_large`` or ``costly``.
    """
    try:
        answer = sandbox.run_limited(_read_beginning, str(path), sheets, rows, columns, limits=sandbox.BEGINNING)
    except sandbox.SandboxError as error:
        raise UnreadableError("costly", reason=str(error)) from error
    return unpack(answer)


# Between the processes


def _read(content: bytes, most_cells: int, as_form: bool) -> bytes:
    return pack(lambda: list(_sheets(content, most_cells, as_form=as_form)))


def _read_beginning(path: str, sheets: int, rows: int, columns: int) -> bytes:
    return pack(lambda: list(_beginnings(path, sheets, rows, columns)))


def _refusing(read_sheets: Callable[[], Iterable[Sheet]]) -> Iterator[Sheet]:
    """The sheets; what the libraries raise of a file is said as a refusal of it."""
    try:
        yield from read_sheets()
    except python_calamine.PasswordError as error:
        raise UnreadableError("password") from error
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError("broken", reason=str(error)) from error


def pack(read_sheets: Callable[[], Iterable[Sheet]]) -> bytes:
    """The sheets, or why there are none, as JSON."""
    try:
        answer: dict[str, Any] = {"sheets": [_to_dict(sheet) for sheet in _refusing(read_sheets)]}
    except UnreadableError as error:
        if sandbox.OUT_OF_MEMORY.search(error.reason):  # the file is not damaged: the limit was reached
            raise MemoryError from error
        answer = {"refused": error.code, "params": error.params}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _to_dict(sheet: Sheet) -> dict[str, Any]:
    """The values of a sheet, without the copy of every row that ``asdict`` would make."""
    return {entry.name: getattr(sheet, entry.name) for entry in fields(sheet)} | {
        "rows": list(sheet.rows),
        "lines": list(sheet.lines),
    }


def unpack(answer: bytes) -> list[Sheet]:
    """The sheets of an answer.

    Raises:
        UnreadableError: what the other process refused.
    """
    unpacked = json.loads(answer)
    if "refused" in unpacked:
        raise UnreadableError(unpacked["refused"], **unpacked["params"])
    return [Sheet(**sheet) for sheet in unpacked["sheets"]]


# In the process of its own


def _sheets(content: bytes, most_cells: int, *, as_form: bool) -> Iterator[Sheet]:
    file = io.BytesIO(content)
    _refuse_bomb(file, WHOLE_FILE)
    _refuse_other_kinds(file)
    if content.startswith(ZIP) and xlsx.is_workbook(file):
        sheets = xlsx.read(file, most_cells=most_cells, most_merged=MOST_MERGED, as_form=as_form)
        yield from ((_spread(sheet, most_cells) for sheet in sheets) if as_form else sheets)
        return
    if content.startswith(ZIP) and ods.is_workbook(file):
        sheets = ods.read(file, most_cells=most_cells, most_merged=MOST_MERGED, as_form=as_form)
        yield from ((_spread(sheet, most_cells) for sheet in sheets) if as_form else sheets)
        return
    if content.startswith(OLE):
        with suppress(xls.UnknownFormatError):
            sheets = xls.read(content, most_cells=most_cells, most_merged=MOST_MERGED, as_form=as_form)
            yield from ((_spread(sheet, most_cells) for sheet in sheets) if as_form else sheets)
            return
    book = python_calamine.CalamineWorkbook.from_filelike(file)
    number = 0
    for name, hidden in _visible(book, as_form=as_form):
        sheet = book.get_sheet_by_name(name)
        number += sheet.total_height * sheet.total_width
        if number > most_cells:
            raise UnreadableError("too_many_cells", reason=f"{most_cells:,}")
        values = sheet.to_python(skip_empty_area=False)
        rows = [[_text(value) for value in row] for row in values]
        _fill_merged(rows, values, sheet.merged_cell_ranges or [], as_form=as_form)
        yield Sheet(name, rows, left_out={"hidden_sheets": hidden} if hidden else {})


def _visible(book: Any, *, as_form: bool) -> list[tuple[str, int]]:
    """Names of the sheets that are shown, and how many are not."""
    shown = [
        sheet.name
        for sheet in book.sheets_metadata
        if (as_form or sheet.visible == python_calamine.SheetVisibleEnum.Visible)
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    return [(name, len(book.sheet_names) - len(shown)) for name in shown]


def _beginnings(path: str, most_sheets: int, most_rows: int, columns: int) -> Iterator[Sheet]:
    with Path(path).open("rb") as file:
        _refuse_bomb(file, BEGINNING)
        if xlsx.is_workbook(file):
            sheets = xlsx.read(
                file, most_cells=MOST_CELLS, most_merged=MOST_MERGED, most_rows=most_rows + 1, most_sheets=most_sheets
            )
            for sheet in sheets:
                yield _cut(sheet, most_rows, columns)
            return
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        for name in book.sheet_names[:most_sheets]:
            lines = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=most_rows + 1)
            yield _cut(Sheet(name, [[cells.to_text(value) for value in line] for line in lines]), most_rows, columns)


def _spread(sheet: Sheet, most_cells: int) -> Sheet:
    """The same sheet with its empty rows, rows of equal length.

    Raises:
        UnreadableError: ``too_many_cells``.
    """
    wide = max(map(len, sheet.rows), default=0)
    rows: list[Row] = []
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        if line * wide > most_cells:
            raise UnreadableError("too_many_cells", reason=f"{most_cells:,}")
        rows += [[""] * wide] * (line - 1 - len(rows))
        rows.append([*row, *[""] * (wide - len(row))])
    return Sheet(sheet.name, rows)


def _cut(sheet: Sheet, most_rows: int, columns: int) -> Sheet:
    rows = [[cell[:LONGEST_CELL_OF_BEGINNING] for cell in row[:columns]] for row in sheet.rows[:most_rows]]
    return Sheet(sheet.name, rows, complete=sheet.complete and len(sheet.rows) <= most_rows)


def _refuse_bomb(file: IO[bytes], limits: UnpackedLimits) -> None:
    """Compare what a zip file says of its members with limits, and go back to its beginning.

    Raises:
        UnreadableError: ``too_large``.
    """
    is_zip = file.read(len(ZIP)) == ZIP
    file.seek(0)
    if not is_zip:
        return
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    file.seek(0)
    if len(members) > limits.members:
        raise UnreadableError("too_large", reason=f"{limits.members:,} files")
    strings = sum(member.file_size for member in members if member.filename.lower().endswith("sharedstrings.xml"))
    if strings > limits.shared_strings:
        raise UnreadableError("too_large", reason=megabytes(limits.shared_strings))
    if sum(member.file_size for member in members) > limits.total:
        raise UnreadableError("too_large", reason=megabytes(limits.total))


def _refuse_other_kinds(file: IO[bytes]) -> None:
    """Name an Office file that is no workbook, or one of which no number format can be read.

    Raises:
        UnreadableError: ``other_kind``.
    """
    if not zipfile.is_zipfile(file):
        file.seek(0)
        return
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        names = {name.replace("\\", "/").lower() for name in archive.namelist()}
    file.seek(0)
    for part, name in OTHER_KINDS.items():
        if part in names:
            raise UnreadableError("other_kind", reason=name)


def _text(value: object) -> str:
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        raise UnreadableError("too_large", reason=f"{LONGEST_CELL // 1000:,} kB")
    return cells.to_text(value)


def _fill_merged(
    rows: list[Row],
    values: list[Any],
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
    *,
    as_form: bool,
) -> None:
    """Repeat merged labels in each cell that they cover; an amount is counted once, in its first row."""
    filled = 0
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        filled += (bottom - top + 1) * (right - left + 1)
        if filled > MOST_MERGED:
            raise UnreadableError("too_many_cells", reason=f"{MOST_MERGED:,}")
        value = rows[top][left]
        number = isinstance(values[top][left], int | float) and not isinstance(values[top][left], bool)
        headers = "".join(row[left] for row in rows[:8] if left < len(row))
        last = top if number and not as_form and not LABELS.search(headers) else bottom
        for row in rows[top : last + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
