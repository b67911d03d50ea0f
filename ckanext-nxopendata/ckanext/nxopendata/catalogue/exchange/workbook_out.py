"""Writes the catalogue workbook: a department's catalogue, the blank template, the marked copy. Plain module."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ckanext.nxopendata.catalogue import codelists
from ckanext.nxopendata.catalogue.exchange.cells import ZIP, Sheet
from ckanext.nxopendata.catalogue.exchange.forms import Column, Form

LISTS = "代码表"
NOTES = "填写说明"
HEAD = PatternFill("solid", fgColor="DDE7F3")
WRONG = PatternFill("solid", fgColor="FFC7CE")
THIN = Side(style="thin", color="999999")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TEMPLATE_ROWS = 2000
FIRST_ROW = 5


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
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([column.header for column in form.columns])
    for number, dataset in enumerate(datasets, 1):
        department = departments.get(dataset.get("owner_org") or "", {})
        for item in _rows(dataset):
            writer.writerow(
                _harmless(
                    _label(column, item.get(column.field))
                    if column.part
                    else str(number)
                    if column.kind == "number"
                    else _own(column, dataset, department)
                )
                for column in form.columns
            )
    return stream.getvalue().encode("utf-8-sig")


def _rows(dataset: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in dataset.get("nx_items") or () if isinstance(item, Mapping)] or [{}]


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula (CSV injection); reading removes the tab again."""
    return f"\t{text}" if text.startswith(("=", "+", "-", "@")) else text


def template(form: Form, title: str = "") -> bytes:
    """The blank workbook."""
    book, page = _blank(form, title)
    _finish(book, page, form, FIRST_ROW + TEMPLATE_ROWS)
    return _bytes(book)


def marked(content: bytes, sheets: Sequence[Sheet], messages: Mapping[tuple[str, int, int], Sequence[str]]) -> bytes:
    """The workbook that was sent, with a comment and a red ground on each bad cell.

    Args:
        content: the file; xlsx stays as it is, of any other format the cells are written anew.
        sheets: its cells, as :func:`cells.read` gives them.
        messages: (sheet, row, column), both from 1, -> what is wrong there.
    """
    book = load_workbook(io.BytesIO(content)) if content.startswith(ZIP) and _is_xlsx(content) else _copy(sheets)
    for (sheet, row, column), texts in messages.items():
        page = book[sheet] if sheet in book.sheetnames else book.worksheets[0]
        cell = _visible(page, row, column)
        cell.comment = Comment("\n".join(texts), "校验", height=120, width=300)
        cell.fill = WRONG
    return _bytes(book)


def _is_xlsx(content: bytes) -> bool:
    return b"xl/workbook.xml" in content


def _copy(sheets: Sequence[Sheet]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name or "Sheet1")
        for row in sheet.rows:
            page.append([_safe(cell) for cell in row])
    return book


def _visible(page: Worksheet, row: int, column: int) -> Any:
    """The cell itself, or the one that shows it when it is merged."""
    cell = page.cell(row, column)
    if isinstance(cell, Cell):
        return cell
    for merged in page.merged_cells.ranges:
        if cell.coordinate in merged:
            return page.cell(merged.min_row, merged.min_col)
    return cell


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
    following = [column.key for column in form.columns].index("title") + 2
    page.freeze_panes = f"{get_column_letter(following)}{FIRST_ROW}"
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
            page.merge_cells(start_row=row, start_column=position, end_row=last, end_column=position)
    return last + 1


def _put(page: Worksheet, row: int, position: int, value: Any) -> None:
    if value in (None, ""):
        return
    cell: Any = page.cell(row, position)
    if isinstance(value, str):
        # As text, so that nothing that begins with "=" is a formula (CSV injection) and no digit is lost.
        cell.value, cell.data_type = _safe(value), "s"
    else:
        cell.value = value
    cell.alignment = Alignment(vertical="center", wrap_text=True)


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
        return "、".join(tag["name"] for tag in dataset.get("tags") or ())
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
    places: dict[str, str] = {}
    for position, column in enumerate(form.columns, 1):
        if column.kind != "code" or column.key == "region":
            continue
        if column.codelist not in places:
            places[column.codelist] = _list(lists, len(places) + 3, column.codelist)
        _choose(page, position, places[column.codelist], last)
    _cascade(page, lists, form, last)
    notes = book.create_sheet(NOTES)
    for line, text in enumerate(("填写说明", *form.instructions), 1):
        notes.cell(line, 1, text)
    notes.column_dimensions["A"].width = 110


def _list(lists: Worksheet, position: int, codelist: str) -> str:
    """Write a code list's labels into a column of the hidden sheet; the range they take."""
    labels = [entry.label_zh for entry in codelists.load(codelist).values() if entry.status == "current"]
    for row, label in enumerate(labels, 1):
        lists.cell(row, position, label)
    letter = get_column_letter(position)
    return f"{LISTS}!${letter}$1:${letter}${len(labels)}"


def _choose(page: Worksheet, position: int, formula: str, last: int) -> None:
    letter = get_column_letter(position)
    rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "请从下拉列表中选择", "此处只能填写列表中的值。"
    rule.add(f"{letter}{FIRST_ROW}:{letter}{last}")
    page.add_data_validation(rule)


def _cascade(page: Worksheet, lists: Worksheet, form: Form, last: int) -> None:
    """项 offers what stands under the 类 of its row: columns A (类) and B (项) of the hidden sheet."""
    entries = [entry for entry in codelists.load("class").values() if entry.status == "current"]
    names = {entry.code: entry.label_zh for entry in entries}
    narrower = sorted((entry for entry in entries if entry.parent), key=lambda entry: entry.code)
    for row, entry in enumerate(narrower, 1):
        lists.cell(row, 1, names[entry.parent])
        lists.cell(row, 2, entry.label_zh)
    keys = [column.key for column in form.columns]
    first, second = keys.index("class_1") + 1, keys.index("class_2") + 1
    top = [entry.label_zh for entry in entries if not entry.parent]
    _choose(page, first, f'"{",".join(top)}"', last)
    place = f"${get_column_letter(first)}{FIRST_ROW}"
    offset = f"MATCH({place},{LISTS}!$A$1:$A${len(narrower)},0)-1"
    height = f"COUNTIF({LISTS}!$A$1:$A${len(narrower)},{place})"
    _choose(page, second, f"OFFSET({LISTS}!$B$1,{offset},0,{height},1)", last)


def _bytes(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
