"""Worksheets of Office Open XML files as they show: number formats, hidden parts, merged cells, cells without a value.

Nothing that a file says of itself is needed: neither the dimension of a sheet nor the addresses of cells. Rows without
a text are passed over, so a space in the last row costs nothing. Runs in the limited process.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ckanext.nxopendata.core.tabular import cells
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet
from ckanext.nxopendata.core.tabular.workbook import number_formats
from ckanext.nxopendata.core.tabular.workbook.grid import LONGEST_CELL, MOST_COLUMNS, Grid

WORKBOOK = "xl/workbook.xml"
NO_SIZE = ("0", "0.0")
"""Widths and heights of what nobody sees."""

ADDRESS = re.compile(r"([A-Za-z]{1,3})(\d*)\Z")
RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)\Z")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def is_workbook(file: IO[bytes]) -> bool:
    """Whether a zip file is a workbook of this kind, and leave it at its beginning."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _find(archive, WORKBOOK) is not None
    except zipfile.BadZipFile:
        return False
    finally:
        file.seek(0)


@dataclass(slots=True)
class _Book:
    """What all sheets share."""

    archive: zipfile.ZipFile
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    from_1904: bool = False


def read(
    file: IO[bytes],
    *,
    most_cells: int,
    most_merged: int,
    most_rows: int | None = None,
    most_sheets: int | None = None,
    as_form: bool = False,
) -> Iterator[Sheet]:
    """Yield the visible sheets.

    Args:
        most_cells: of all sheets together.
        most_merged: cells that merged ranges may cover.
        most_rows: of a sheet; None for all.
        most_sheets: None for all.
        as_form: whether everything that people filled in is wanted: hidden parts too, and a merged cell, whatever it
            holds, for every cell that it covers.

    Raises:
        UnreadableError: ``broken``, ``too_many_cells`` or ``too_large``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            book = _Book(archive)
            sheets, hidden = _list_sheets(book, as_form=as_form)
            book.strings = list(_read_strings(archive))
            book.formats = _read_formats(archive)
            total = 0
            for name, part in sheets[:most_sheets]:
                reader = _SheetReader(book, name, most_cells - total, most_merged, most_rows, as_form=as_form)
                sheet = reader.read(part, {"hidden_sheets": hidden} if hidden else {})
                total += reader.grid.cells
                yield sheet
    except (etree.XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableError("broken", reason=str(error)) from error


def _open(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a part; one that declares entities is refused, for what stands for them would be lost."""
    with archive.open(name) as part:
        if b"<!DOCTYPE" in part.read(4096).replace(b"\0", b""):
            raise UnreadableError("broken", reason="DOCTYPE")
    return archive.open(name)


def _find(archive: zipfile.ZipFile, name: str) -> str | None:
    wanted = name.lower().lstrip("/")
    return next((member for member in archive.namelist() if member.replace("\\", "/").lower() == wanted), None)


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _parse(archive: zipfile.ZipFile, name: str) -> Any:
    found = _find(archive, name)
    if found is None:
        return None
    with _open(archive, found) as part:
        return etree.parse(part, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def _list_sheets(book: _Book, *, as_form: bool) -> tuple[list[tuple[str, str]], int]:
    """Names and parts of the visible sheets, and how many are hidden."""
    root = _parse(book.archive, WORKBOOK)
    relations = _parse(book.archive, "xl/_rels/workbook.xml.rels")
    targets = {entry.get("Id"): entry.get("Target", "") for entry in (relations if relations is not None else ())}
    sheets, hidden = [], 0
    for element in root.iter():
        if _local(element) == "workbookPr":
            book.from_1904 = element.get("date1904") in ("1", "true")
        if _local(element) != "sheet":
            continue
        if element.get("state") in ("hidden", "veryHidden") and not as_form:
            hidden += 1
            continue
        relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if "worksheets" in part and _find(book.archive, part):
            sheets.append((element.get("name", ""), part))
    return sheets, hidden


def _read_strings(archive: zipfile.ZipFile) -> Iterator[str]:
    name = _find(archive, "xl/sharedStrings.xml")
    if name is None:
        return
    with _open(archive, name) as part:
        for _, item in etree.iterparse(part, tag="{*}si", resolve_entities=False, no_network=True):
            yield _text_of(item)
            _forget(item)


def _forget(element: Any) -> None:
    """Free an element that was read, and what stands before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]


def _text_of(item: Any) -> str:
    """The text of a string, without the runs that say how it is pronounced."""
    parts = [text.text or "" for text in item.iter("{*}t") if next(text.iterancestors("{*}rPh"), None) is None]
    text = "".join(parts)
    if len(text) > LONGEST_CELL:
        raise UnreadableError("too_large", reason=f"{LONGEST_CELL // 1000:,} kB")
    return cells.clean(ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


def _read_formats(archive: zipfile.ZipFile) -> list[str]:
    """The number format of each style of cells."""
    root = _parse(archive, "xl/styles.xml")
    if root is None:
        return []
    codes = dict(number_formats.BUILT_IN)
    for entry in root.iter("{*}numFmt"):
        codes[int(entry.get("numFmtId", "0"))] = entry.get("formatCode", "")
    styles = next(root.iter("{*}cellXfs"), None)
    return [codes.get(int(style.get("numFmtId", "0")), "") for style in (styles if styles is not None else ())]


@lru_cache(maxsize=MOST_COLUMNS)
def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


class _SheetReader:
    """Reads one sheet."""

    def __init__(
        self, book: _Book, name: str, most_cells: int, most_merged: int, most_rows: int | None, *, as_form: bool
    ) -> None:
        self.book, self.name, self.most_rows = book, name, most_rows
        self.grid = Grid(most_cells, most_merged, as_form=as_form)

    def read(self, part: str, left_out: dict[str, int]) -> Sheet:
        """Return the sheet that stands in a part of the file."""
        self.grid.left_out.update(left_out)
        complete = True
        name = _find(self.book.archive, part)
        tags = ("{*}row", "{*}col", "{*}mergeCell")
        with _open(self.book.archive, str(name)) as stream:
            line = 0
            for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True):
                kind = _local(element)
                if kind == "row":
                    number = element.get("r") or ""
                    line = int(number) if number.isdecimal() else line + 1
                    if self.most_rows is not None and len(self.grid.rows) >= self.most_rows:
                        complete = False
                        break
                    self._read_row(element, line)
                    _forget(element)
                elif kind == "col" and (element.get("hidden") in ("1", "true") or element.get("width") in NO_SIZE):
                    first, last = int(element.get("min", "1")), int(element.get("max", "1"))
                    self.grid.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
                elif kind == "mergeCell":
                    self._note_merged(element.get("ref", ""))
        return self.grid.to_sheet(self.name, complete=complete)

    def _read_row(self, element: Any, line: int) -> None:
        row: Row = []
        for cell in element.iterchildren("{*}c"):
            match = ADDRESS.match(cell.get("r") or "")
            place = _column(match[1]) if match else len(row)
            if place >= MOST_COLUMNS:
                continue
            text, is_number = self._show(cell)
            if text:
                self.grid.put(row, line, place, text, is_number=is_number)
        self.grid.add(line, row, hidden=element.get("hidden") in ("1", "true") or element.get("ht") in NO_SIZE)

    def _show(self, cell: Any) -> tuple[str, bool]:
        """What a cell shows, and whether it is an amount."""
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            return _text_of(cell), False
        value = formula = None
        has_value = False
        for child in cell:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag.endswith("}v"):
                value, has_value = child.text, True
            formula = child if tag.endswith("}f") else formula
        if value is None or value == "":
            # A text that a formula found to be empty is written as an empty value.
            self.grid.left_out["formulas_without_value"] += formula is not None and not (kind == "str" and has_value)
            return "", False
        if kind == "s":
            return self._find_string(value), False
        if kind == "b":
            return ("是" if value in ("1", "true") else "否"), False
        if kind == "e":
            self.grid.left_out["error_cells"] += 1
            return value, False
        if kind == "d":  # ISO 8601, in files of the strict kind
            return cells.clean(value).replace("T00:00:00", "").replace("T", " ").rstrip("Z"), False
        if kind == "str":
            return cells.clean(value), False
        style = cell.get("s") or "0"
        place = int(style) if style.isdecimal() else 0
        code = self.book.formats[place] if place < len(self.book.formats) else ""
        try:
            number = float(value)
        except ValueError:  # not a number, though the cell says so: it is what it says
            return cells.clean(value), False
        self.grid.left_out["digits_lost"] += number_formats.has_lost_digits(number, code)
        text = number_formats.show(number, code, from_1904=self.book.from_1904, whole_days=self.grid.as_form)
        return text, number_formats.is_amount(code)

    def _find_string(self, number: str) -> str:
        """A text by its number; one that the workbook does not have is an error of its cell."""
        if number.isascii() and number.isdecimal() and int(number) < len(self.book.strings):
            return self.book.strings[int(number)]
        self.grid.left_out["error_cells"] += 1
        return "#REF!"

    def _note_merged(self, reference: str) -> None:
        if match := RANGE.match(reference):
            self.grid.merged.append((int(match[2]), _column(match[1]), int(match[4]), _column(match[3])))
