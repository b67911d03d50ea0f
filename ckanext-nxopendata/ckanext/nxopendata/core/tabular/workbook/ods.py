"""Worksheets of OpenDocument spreadsheets as they show: per cent, leading zeros, dates, hidden parts, merged cells.

The file holds what each cell shows beside its value (ODF 1.3 part 3, 19.387 ``office:value-type``). Rows and cells that
are repeated without a text cost nothing. Runs in the limited process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from ckanext.nxopendata.core.tabular import cells
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Row, Sheet
from ckanext.nxopendata.core.tabular.workbook import number_formats
from ckanext.nxopendata.core.tabular.workbook.grid import MOST_COLUMNS, Grid

MIME = b"application/vnd.oasis.opendocument.spreadsheet"
CONTENT = "content.xml"
OFFICE, TABLE, TEXT, STYLE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table", "text", "style")
)
DURATION = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?\Z")
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
HIDDEN = ("collapse", "filter")


def is_workbook(file: IO[bytes]) -> bool:
    """Whether a zip file is a spreadsheet of this kind, and leave it at its beginning."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            return CONTENT in names and "mimetype" in names and archive.read("mimetype").strip().startswith(MIME)
    except zipfile.BadZipFile:
        return False
    finally:
        file.seek(0)


def read(file: IO[bytes], *, most_cells: int, most_merged: int, as_form: bool = False) -> Iterator[Sheet]:
    """Yield the visible sheets; of a form, the hidden ones too.

    Raises:
        UnreadableError: ``broken``, ``password``, ``too_many_cells`` or ``too_large``.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise UnreadableError("password")
            with archive.open(CONTENT) as part:
                if b"<!DOCTYPE" in part.read(4096):
                    raise UnreadableError("broken", reason="DOCTYPE")
            with archive.open(CONTENT) as part:
                yield from _read_tables(part, most_cells, most_merged, as_form=as_form)
    except (etree.XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UnreadableError("broken", reason=str(error)) from error


def _read_tables(part: IO[bytes], most_cells: int, most_merged: int, *, as_form: bool) -> Iterator[Sheet]:
    hidden_styles: set[str] = set()
    sheets: list[tuple[str, Grid]] = []
    hidden = total = line = place = 0
    grid = Grid(most_cells, most_merged, as_form=as_form)
    tags = (f"{STYLE}style", f"{TABLE}table", f"{TABLE}table-row", f"{TABLE}table-column")
    for event, element in etree.iterparse(part, ("start", "end"), tag=tags, resolve_entities=False, no_network=True):
        if event == "start":
            if element.tag == f"{TABLE}table":
                grid, line, place = Grid(most_cells - total, most_merged, as_form=as_form), 0, 0
            continue
        if element.tag == f"{STYLE}style":
            if any(child.get(f"{TABLE}display") == "false" for child in element):
                hidden_styles.add(element.get(f"{STYLE}name", ""))
        elif element.tag == f"{TABLE}table-column":
            count = _repeated(element, "columns", MOST_COLUMNS)
            if element.get(f"{TABLE}visibility") in HIDDEN:
                grid.hidden_columns.update(range(place, min(place + count, MOST_COLUMNS)))
            place += count
        elif element.tag == f"{TABLE}table-row":
            count = _repeated(element, "rows", most_cells)
            _read_row(element, line + 1, count, grid)
            line += count
            element.clear()
        elif element.get(f"{TABLE}style-name") in hidden_styles and not as_form:
            hidden += 1
        else:
            total += grid.cells
            sheets.append((element.get(f"{TABLE}name", ""), grid))
    for name, filled in sheets:
        if hidden:
            filled.left_out["hidden_sheets"] = hidden
        yield filled.to_sheet(name)


def _repeated(element: Any, kind: str, most: int) -> int:
    number = element.get(f"{TABLE}number-{kind}-repeated") or "1"
    return min(int(number), most) if number.isdecimal() else 1


def _read_row(element: Any, line: int, count: int, grid: Grid) -> None:
    hidden = element.get(f"{TABLE}visibility") in HIDDEN
    place = 0
    found: list[tuple[int, str, bool]] = []
    for cell in element.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
        across = _repeated(cell, "columns", MOST_COLUMNS)
        text, is_number = _show(cell, grid) if cell.tag == f"{TABLE}table-cell" else ("", False)
        if text:
            found += [(place + n, text, is_number) for n in range(across) if place + n < MOST_COLUMNS]
            spans = [cell.get(f"{TABLE}number-{kind}-spanned") or "1" for kind in ("rows", "columns")]
            if spans != ["1", "1"]:
                down, right = (int(span) if span.isdecimal() else 1 for span in spans)
                grid.merged.append((line, place, line + down - 1, place + right - 1))
        place += across
    if not found:
        return
    for number in range(line, line + count):
        row: Row = []
        for position, text, is_number in found:
            grid.put(row, number, position, text, is_number=is_number)
        grid.add(number, row, hidden=hidden)


def _show(cell: Any, grid: Grid) -> tuple[str, bool]:
    """What a cell shows, and whether it is an amount."""
    kind, shown = cell.get(f"{OFFICE}value-type") or "", _text_of(cell)
    value = cell.get(f"{OFFICE}value") or ""
    if shown in ERRORS:
        grid.left_out["error_cells"] += 1
        return shown, False
    if cell.get(f"{TABLE}formula") and not kind:
        grid.left_out["formulas_without_value"] += 1
        return "", False
    if kind == "boolean":
        return ("是" if cell.get(f"{OFFICE}boolean-value") == "true" else "否"), False
    if kind == "date":
        date, _, time = (cell.get(f"{OFFICE}date-value") or shown).partition("T")
        return (f"{date} {time}" if time.strip("0:.") else date), False
    if kind == "time" and (match := DURATION.match(cell.get(f"{OFFICE}time-value") or "")):
        sign, *parts = match.groups()
        hours, minutes, seconds = (int(part or 0) for part in parts)
        return f"{sign}{hours:02}:{minutes:02}:{seconds:02}", True
    if kind == "percentage" and value:
        return number_formats.plain(round(float(value) * 100, 12)) + "%", True
    if kind in ("float", "currency") and value:
        number = number_formats.plain(float(value))
        is_code = _is_code(shown, number)
        return (shown if is_code else number), not is_code
    return shown, False


def _is_code(shown: str, number: str) -> bool:
    """Whether a whole number is shown with leading zeros or behind letters."""
    return number.isdecimal() and bool(re.fullmatch(rf"(?:[A-Za-z\u3400-\u9fff][\w-]*|0+){number}", shown))


def _text_of(cell: Any) -> str:
    """The paragraphs of a cell, without the remark that people pinned to it."""
    lines = []
    for paragraph in cell.iterchildren(f"{TEXT}p", f"{TEXT}h"):
        parts: list[str] = []
        for element in paragraph.iter():
            if element.tag == f"{TEXT}s":
                count = element.get(f"{TEXT}c") or "1"
                parts.append(" " * min(int(count), 1000) if count.isdecimal() else " ")
            elif element.tag == f"{TEXT}tab":
                parts.append("\t")
            elif element.tag == f"{TEXT}line-break":
                parts.append("\n")
            else:
                parts.append(element.text or "")
            if element is not paragraph:
                parts.append(element.tail or "")
        lines.append("".join(parts))
    return cells.clean("\n".join(lines))
