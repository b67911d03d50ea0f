"""Writes the catalogue workbook: a department's catalogue, the blank template, the marked copy. Plain module."""

from __future__ import annotations

import io
import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.merge import MergedCellRange
from openpyxl.worksheet.worksheet import Worksheet

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular import csv_out, reader, sandbox
from ckanext.nxopendata.core.tabular.spreadsheet import ZIP
from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.forms import LISTS, NOTES, Column, Form

log = logging.getLogger(__name__)

HEAD = PatternFill("solid", fgColor="DDE7F3")
WRONG = PatternFill("solid", fgColor="FFC7CE")
THIN = Side(style="thin", color="999999")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TEMPLATE_ROWS = 2000
FIRST_ROW = 5
MOST_MERGED = 100_000
"""Cells of one merged range that are led to the one that shows their text."""


def catalogue(
    form: Form, datasets: Iterable[Mapping[str, Any]], departments: Mapping[str, Mapping[str, Any]], title: str
) -> bytes:
    """The workbook of ``datasets``, with the drop-down lists of the template.

    Args:
        datasets: as ``package_show`` gives them.
        departments: by id: ``title`` and ``nx_uscc``.
        title: the department that fills the table in.
    """
    book, page = _blank(form, title)
    row = FIRST_ROW
    for number, dataset in enumerate(datasets, 1):
        row = _write(page, form, row, number, dataset, departments.get(dataset.get("owner_org") or "", {}))
    _finish(book, page, form, max(row + 200, FIRST_ROW + TEMPLATE_ROWS))
    return _bytes(book)


def delimited(form: Form, datasets: Iterable[Mapping[str, Any]], departments: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The same table as CSV, in UTF-8 with byte order mark: one row an information item, nothing merged.

    Args:
        datasets, departments: as for :func:`catalogue`.
    """
    rows = [[column.header for column in form.columns]]
    for number, dataset in enumerate(datasets, 1):
        department = departments.get(dataset.get("owner_org") or "", {})
        for item in _rows(dataset):
            row = [
                _label(column, item.get(column.field))
                if column.part
                else str(number)
                if column.kind == "number"
                else _own(column, dataset, department)
                for column in form.columns
            ]
            rows.append(row)
    return csv_out.to_bytes(rows)


def _rows(dataset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in dataset.get("nx_items") or () if isinstance(item, Mapping)] or [{}]


def template(form: Form, title: str = "") -> bytes:
    """The blank workbook."""
    book, page = _blank(form, title)
    _finish(book, page, form, FIRST_ROW + TEMPLATE_ROWS)
    return _bytes(book)


Messages = Mapping[tuple[str, int, int], Sequence[str]]
"""(sheet, row, column), both from 1, -> what is wrong there."""


MARKING = sandbox.Limits(memory=1024**3, cpu_seconds=25, wall_seconds=30, output=32 * 1024**2)
"""For a marked copy that somebody waits for."""


def marked(content: bytes, messages: Messages, limits: sandbox.Limits = sandbox.WHOLE_FILE) -> bytes:
    """The workbook that was sent, with a comment and a red ground on each bad cell.

    Args:
        content: the file; xlsx stays as it is, of any other format the cells are written anew.
        limits: of the process that writes it; ``MARKING`` where somebody waits for it.

    Raises:
        sandbox.SandboxError: it is too large to be written.
    """
    if content.startswith(ZIP) and b"xl/workbook.xml" in content:
        try:
            return sandbox.run_limited(_marked_original, content, dict(messages), limits=limits)
        except sandbox.SandboxError as error:  # what one library reads the other may not, or not within the limits
            if limits is not sandbox.WHOLE_FILE and error.limit == "time":
                raise
            log.info("marked copy: %s", error)
    return sandbox.run_limited(_marked_copy, content, dict(messages), limits=limits)


def _marked_original(content: bytes, messages: Messages) -> bytes:
    return _mark(load_workbook(io.BytesIO(content)), messages)


def _marked_copy(content: bytes, messages: Messages) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in reader.read(content):
        page = book.create_sheet(sheet.name or "Sheet1")
        for row, cells in enumerate(sheet.rows, 1):
            for position, text in enumerate(cells, 1):
                if text:
                    _text(page, row, position, text)
    return _mark(book, messages)


def _mark(book: Workbook, messages: Messages) -> bytes:
    shown = {page.title: _shown(page) for page in book.worksheets}
    for (sheet, row, column), texts in messages.items():
        page = book[sheet] if sheet in shown else book.worksheets[0]
        cell: Any = page.cell(*shown[page.title].get((row, column), (row, column)))
        cell.comment = Comment("\n".join(texts), "校验", height=120, width=300)
        cell.fill = WRONG
    return _bytes(book)


def _shown(page: Worksheet) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Of merged cells, the one that shows their text."""
    return {
        place: (merged.min_row, merged.min_col)
        for merged in page.merged_cells.ranges
        for place in itertools.islice(merged.cells, MOST_MERGED)
    }


def _blank(form: Form, title: str) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    page = book.worksheets[0]
    page.title = form.sheet
    width = len(form.columns)
    for row, text, font in ((1, form.title, Font(bold=True, size=16)), (2, form.filled, Font(size=10))):
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        page.cell(row, 1, _safe(text.format(department=title))).font = font
    page.cell(1, 1).alignment = Alignment(horizontal="center")
    _heads(page, form)
    page.freeze_panes = f"{get_column_letter(form.place('title') + 1)}{FIRST_ROW}"
    return book, page


def _heads(page: Worksheet, form: Form) -> None:
    start = 1
    for number, column in enumerate(form.columns, 1):
        for row, text in ((3, column.group or column.header), (4, column.header)):
            cell = page.cell(row, number, text)
            cell.font, cell.fill, cell.border = (
                Font(bold=True, color="9C0006" if column.required else None),
                HEAD,
                FRAME,
            )
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if column.note:
            page.cell(4, number).comment = Comment(column.note, "说明", height=80, width=240)
        page.column_dimensions[get_column_letter(number)].width = column.width
        if not column.group:
            page.merge_cells(start_row=3, start_column=number, end_row=4, end_column=number)
        following = form.columns[number].group if number < len(form.columns) else None
        if column.group and following != column.group:
            page.merge_cells(start_row=3, start_column=start, end_row=3, end_column=number)
        if following != column.group or not column.group:
            start = number + 1


def _write(
    page: Worksheet, form: Form, row: int, number: int, dataset: Mapping[str, Any], department: Mapping[str, Any]
) -> int:
    """One dataset from ``row`` on, its own cells merged over its items; the number of the row after it."""
    items = _rows(dataset)
    last = row + len(items) - 1
    for position, column in enumerate(form.columns, 1):
        if column.part:
            for line, item in enumerate(items, row):
                _put(page, line, position, _label(column, item.get(column.field)))
            continue
        _put(page, row, position, number if column.kind == "number" else _own(column, dataset, department))
        if last > row:
            # Not merge_cells: it compares each range with all before it, hours for a large catalogue.
            letter = get_column_letter(position)
            page.merged_cells.ranges.add(MergedCellRange(page, f"{letter}{row}:{letter}{last}"))
    return last + 1


def _put(page: Worksheet, row: int, position: int, value: Any) -> None:
    if value in (None, ""):
        return
    cell: Any = page.cell(row, position)
    if isinstance(value, str):
        _text(page, row, position, value)
    else:
        cell.value = value
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def _text(page: Worksheet, row: int, position: int, text: str) -> None:
    """As text, so that nothing that begins with "=" is a formula (CSV injection) and no digit is lost."""
    cell: Any = page.cell(row, position)
    cell.value, cell.data_type = _safe(text), "s"


def _own(column: Column, dataset: Mapping[str, Any], department: Mapping[str, Any]) -> Any:
    value = dataset.get(column.field)
    code = str(dataset.get("nx_resource_code") or "").partition("/")[0]
    if column.kind == "class":
        entry = codelists.load("class").get(str(dataset.get("nx_class_code") or "")[: 1 if column.level == 1 else 3])
        return entry.label_zh if entry and (column.level == 1) == (len(entry.code) == 1) else ""
    if column.kind == "class_rest":
        return code[3:6] if column.level == 3 else code[6:]
    if column.kind == "provider":
        return department.get("title", "")
    if column.kind == "uscc":
        return department.get("nx_uscc", "")
    if column.kind in ("localised", "english"):
        return (value or {}).get("zh" if column.kind == "localised" else "en", "")
    if column.kind == "tags":
        texts = dataset.get("tags_translated") or {}
        return "、".join(texts.get("zh") or [tag["name"] for tag in dataset.get("tags") or ()])
    if column.kind == "tags_english":
        return "、".join((value or {}).get("en", ()))
    if column.kind == "links":
        return "\n".join(resource["url"] for resource in dataset.get("resources") or () if resource.get("url"))
    return _label(column, value)


def _label(column: Column, value: Any) -> str:
    if value in (None, ""):
        return ""
    # Of a place the table wants the code: names of counties repeat.
    if column.codelist and column.key != "region":
        codes = [value] if isinstance(value, str) else value
        return "、".join(codelists.label(column.codelist, str(code), "zh") for code in codes)
    return "、".join(value) if isinstance(value, list) else str(value)


def _safe(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)


# Drop-down lists


def _finish(book: Workbook, page: Worksheet, form: Form, last: int) -> None:
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    tops = ",".join(entry.label_zh for entry in _current("class") if not entry.parent)
    _choose(page, form.place("class_1"), f'"{tops}"', last)
    classes = _under(lists, 1, "class", form.place("class_1"))
    _choose(page, form.place("class_2"), classes, last)
    formats = _under(lists, 3, "format_type", form.place("format_category"))
    _choose(page, form.place("format_type"), formats, last, strict=False)  # several may be written
    places: dict[str, str] = {}
    for position, column in enumerate(form.columns, 1):
        if column.kind != "code":
            continue
        if column.codelist not in places:
            places[column.codelist] = _list(lists, len(places) + 5, column)
        # Of a place the table may have the bare code.
        _choose(page, position, places[column.codelist], last, strict=column.key != "region")
    notes = book.create_sheet(NOTES)
    for line, text in enumerate(("填写说明", *form.instructions), 1):
        notes.cell(line, 1, text)
    notes.column_dimensions["A"].width = 110


def _list(lists: Worksheet, position: int, column: Column) -> str:
    """Write a code list's labels into a column of the hidden sheet; the range they take."""
    entries = _current(column.codelist)
    for row, entry in enumerate(entries, 1):
        text = forms.code_and_label(entry) if column.key == "region" else entry.label_zh
        lists.cell(row, position, text)
    letter = get_column_letter(position)
    return f"{LISTS}!${letter}$1:${letter}${len(entries)}"


def _choose(page: Worksheet, position: int, formula: str, last: int, *, strict: bool = True) -> None:
    """Offer the values of ``formula`` in a column; with ``strict`` nothing else may be written there."""
    letter = get_column_letter(position)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=strict)
    rule.errorTitle, rule.error = "请从下拉列表中选择", "此处只能填写列表中的值。"
    rule.add(f"{letter}{FIRST_ROW}:{letter}{last}")
    page.add_data_validation(rule)


def _under(lists: Worksheet, at: int, codelist: str, broader: int) -> str:
    """What a cell offers whose row has the broader value in column ``broader``: the values under that one.

    Args:
        at: the column of the hidden sheet that takes the broader values; the one after it takes the narrower.
    """
    names = {entry.code: entry.label_zh for entry in _current(codelist)}
    narrower = sorted((entry for entry in _current(codelist) if entry.parent), key=lambda entry: entry.parent)
    for row, entry in enumerate(narrower, 1):
        lists.cell(row, at, names[entry.parent])
        lists.cell(row, at + 1, entry.label_zh)
    place = f"${get_column_letter(broader)}{FIRST_ROW}"
    parents, start = get_column_letter(at), get_column_letter(at + 1)
    column = f"{LISTS}!${parents}$1:${parents}${len(narrower)}"
    return f"OFFSET({LISTS}!${start}$1,MATCH({place},{column},0)-1,0,COUNTIF({column},{place}),1)"


def _current(codelist: str) -> list[codelists.Code]:
    return [entry for entry in codelists.load(codelist).values() if entry.status == "current"]


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
