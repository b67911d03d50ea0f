"""Reads the catalogue workbook: rows -> drafts of datasets, each value with the cell it came from. Plain module.

The header may have one row or two (``共享属性`` above ``共享类型``). Rows of one dataset stand together: their
cells are merged, repeated or left empty (1272 guide, rule 4). Total, unit and signature rows are passed over.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any

from ckanext.nxopendata.catalogue.schema import filing_rules
from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.tabular.sheets import Sheet
from ckanext.nxopendata.exchange import forms
from ckanext.nxopendata.exchange.forms import LISTS, NOTES, Column, Form

HEADER_WITHIN = 20
MOST_UNREAD = 30
"""Columns without a known head that are told."""
FEWEST_COLUMNS = 3
FILLER = re.compile(
    r"(合计|小计|总计|共计|其中|填表|填报|制表|审核|单位[:：]|单位负责人|联系电话[:：]|注[:：]|备注[:：]|说明[:：])"
)
SEPARATORS = re.compile(r"[、，,；;\n]+")
ERRORS = ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!")
"""What a cell shows whose formula failed; of spreadsheets they are empty already."""
NOTHING = ("", "/", "-", "—", "——")


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the workbook: the sheet's name, row and column, both from 1."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a cell: a stable code with its parameters, or a message made elsewhere."""

    code: str
    cell: Cell
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """A dataset as the workbook has it: only the fields that have a column.

    ``cells`` says where each field stands (items as ``nx_items.2.length``); ``provider`` and ``uscc`` are as written;
    ``links`` are addresses of files, ``files`` what is said of some; ``identifier`` is the dataset's id, ``operation``
    add, update, delete or "". ``whole``: a language which a text has not is gone; else only an empty text says so.
    """

    first: Cell
    dataset: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    provider: str = ""
    uscc: str = ""
    links: list[str] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    identifier: str = ""
    operation: str = ""
    whole: bool = False

    def cell(self, path: str) -> Cell:
        """Where a field stands: the closest path that has a cell, the dataset's first cell at last."""
        while path:
            if path in self.cells:
                return self.cells[path]
            path = path.rpartition(".")[0]
        return self.cells.get("title_translated", self.first)


class NoHeaderError(Exception):
    """No sheet has the header of the form; ``wanted`` are columns it must have."""

    def __init__(self, wanted: Sequence[str]) -> None:
        super().__init__(*wanted)
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Reading:
    """What a workbook says; ``remarks`` tell which sheets and columns of it were passed over."""

    drafts: list[Draft]
    remarks: list[Problem]


def read(sheets: Iterable[Sheet], form: Form, most: int | None = None) -> Reading:
    """The datasets of all sheets that have the form's header.

    Args:
        most: datasets that are read, without limit when left out.

    Raises:
        NoHeaderError: none has it.
        UnreadableError: it has more than ``most`` datasets.
    """
    drafts: list[Draft] = []
    remarks: list[Problem] = []
    found = False
    for sheet in sheets:
        layout = header(sheet, form)
        if layout is None:
            if sheet.name not in (LISTS, NOTES) and any(any(row) for row in sheet.rows):
                remarks.append(Problem("unread_sheet", Cell(sheet.name, 0, 0)))
            continue
        found = True
        remarks += _unread(sheet, *layout)
        for draft in _drafts(sheet, *layout):
            drafts.append(draft)
            if most is not None and len(drafts) > most:
                raise UnreadableError("too_many_datasets", reason=f"{most:,}")
    if not found:
        raise NoHeaderError([column.header for column in form.columns if column.required])
    for draft in drafts:
        _pair_tags(draft)
    find_twins(drafts)
    find_filled_down(drafts)
    return Reading(drafts, remarks)


def _pair_tags(draft: Draft) -> None:
    """English keywords mean the Chinese ones in their order; without these they mean nothing."""
    texts = draft.dataset.get("tags_translated")
    if texts is None:
        return
    own = [tag["name"] for tag in draft.dataset.get("tags", ())]
    draft.dataset["tags_translated"] = {"zh": own} | texts if own and texts["en"] else {}


def _unread(sheet: Sheet, columns: Mapping[int, Column], start: int) -> list[Problem]:
    """The columns that hold something under a head that the form does not have, or has had already."""
    heads = sheet.rows[start - 1]
    below = [any(cells) for cells in zip_longest(*sheet.rows[start:], fillvalue="")]
    return [
        Problem("unread_column", Cell(sheet.name, start, position + 1), {"value": head})
        for position, head in enumerate(heads)
        if head and position not in columns and position < len(below) and below[position]
    ][:MOST_UNREAD]


def header(sheet: Sheet, form: Form) -> tuple[dict[int, Column], int] | None:
    """Position -> column (both from 0), and the index of the first row below; None without header."""
    names = {
        name: column
        for column in reversed(form.columns)
        for name in (*map(bare, column.aliases), bare(column.header), bare(column.group + column.header))
    }
    best: tuple[dict[int, Column], int] | None = None
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        above = sheet.rows[index - 1] if index else ()
        columns: dict[int, Column] = {}
        for position, cell in enumerate(row):
            upper = above[position] if position < len(above) else ""
            # Under a head that is merged downwards both rows say the same.
            words = (upper + cell, cell) if cell else (upper,)
            column = next((names[bare(word)] for word in words if bare(word) in names), None)
            if column and column not in columns.values():
                columns[position] = column
        keys = {column.key for column in columns.values()}
        required = {column.key for column in form.columns if column.required and not column.part}
        if len(columns) >= FEWEST_COLUMNS and required <= keys and (best is None or len(columns) > len(best[0])):
            best = (columns, index + 1)
    return best


def bare(text: str) -> str:
    """A head without white space, asterisks, ``（必填）`` and numbering."""
    return re.sub(r"^[0-9]+[.．、]|[（(]必填[）)]|[*＊\s]", "", text)


def _drafts(sheet: Sheet, columns: Mapping[int, Column], start: int) -> Iterator[Draft]:
    current: Draft | None = None
    before: dict[str, str] = {}
    for index, row in enumerate(sheet.rows[start:], start):
        values = {position: row[position] for position in columns if position < len(row) and row[position]}
        if _is_filler(values, columns):
            continue
        failed = {position: value for position, value in values.items() if value in ERRORS}
        values = {position: value for position, value in values.items() if position not in failed}
        own = {columns[position].key: value for position, value in values.items() if not columns[position].part}
        if current is None or _begins(before, own):
            if current is not None:
                yield current
            current = Draft(Cell(sheet.name, index + 1, min(values, default=0) + 1))
            before = own
            for position, column in columns.items():
                if not column.part:
                    _fill(current, column, values.get(position, ""), Cell(sheet.name, index + 1, position + 1))
        _add_item(current, sheet.name, index, columns, values)
        current.problems += [
            Problem("formula", Cell(sheet.name, index + 1, position + 1), {"value": value})
            for position, value in failed.items()
        ]
    if current is not None:
        yield current


def _is_filler(values: Mapping[int, str], columns: Mapping[int, Column]) -> bool:
    """Whether a row carries no data: empty, one merged text, a total, a unit, a signature."""
    if len(set(values.values())) <= 1 and not any(columns[position].part for position in values):
        return True
    first = re.sub(r"\s", "", values[min(values)]) if values else ""
    return bool(FILLER.match(first)) and len(set(values.values())) <= 8


def _begins(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether a row begins another dataset than the row before."""
    return any(now.get(key) and now[key] != before.get(key) for key in ("number", "resource_code", "title"))


def _add_item(draft: Draft, sheet: str, index: int, columns: Mapping[int, Column], values: Mapping[int, str]) -> None:
    parts = {position: column for position, column in columns.items() if column.part}
    if not parts:
        return
    items = draft.dataset.setdefault("nx_items", [])
    if not any(position in values for position in parts):
        return
    item: dict[str, str] = {}
    number = len(items)
    for position, column in parts.items():
        cell = Cell(sheet, index + 1, position + 1)
        draft.cells[f"nx_items.{number}.{column.field}"] = cell
        if column.key == "item_name":
            draft.cells[f"nx_items.{number}"] = cell
            draft.cells.setdefault("nx_items", cell)
        value = _value(draft, column, values.get(position, ""), cell)
        if value:
            item[column.field] = value
        elif column.required:
            draft.problems.append(Problem("missing", cell, {"column": column.header}))
    items.append(item)


def _fill(draft: Draft, column: Column, text: str, cell: Cell) -> None:
    """Put a resource cell into the draft."""
    path = {"class": "nx_class_code", "provider": "owner_org", "uscc": "nx_uscc", "tags": "tags"}.get(
        column.kind, column.field
    )
    if column.kind == "english":
        path = f"{path}.en"
    if path:
        draft.cells[path] = cell
    if column.required and not text:
        draft.problems.append(Problem("missing", cell, {"column": column.header}))
    if column.kind in ("number", "class_rest"):
        return
    if column.kind == "provider":
        draft.provider = text
    elif column.kind == "uscc":
        draft.uscc = unicodedata.normalize("NFKC", text).upper()
    elif column.kind == "links":
        draft.links = [link.strip() for link in text.splitlines() if link.strip()]
    elif column.kind in ("localised", "english"):
        draft.dataset.setdefault(column.field, {})["zh" if column.kind == "localised" else "en"] = text
    elif column.kind == "class":
        _class(draft, column, text, cell)
    elif column.kind == "tags":
        draft.dataset["tags"] = [{"name": name} for name in _pieces(text)]
    elif column.kind == "tags_english":
        draft.dataset["tags_translated"] = {"en": _pieces(text)}
    else:
        draft.dataset[column.field] = _value(draft, column, text, cell)


def _class(draft: Draft, column: Column, text: str, cell: Cell) -> None:
    """类 and 项: the narrower one wins, and must stand under the broader one."""
    draft.dataset.setdefault("nx_class_code", "")
    if text in NOTHING:
        return
    broader = draft.dataset["nx_class_code"]
    candidates = [
        entry.code
        for entry in codelists.load("class").values()
        if _same(text) in {_same(entry.code), _same(entry.label_zh), _same(entry.label_en)}
        and (len(entry.code) == 1) == (column.level == 1)
    ]
    within = [code for code in candidates if not broader or code.startswith(broader)]
    if within:
        draft.dataset["nx_class_code"] = within[0]
    else:
        draft.problems.append(Problem("unknown_code", cell, {"value": text, "column": column.header}))


def _value(draft: Draft, column: Column, text: str, cell: Cell) -> Any:
    if column.plain:
        text = unicodedata.normalize("NFKC", text)
    if column.kind == "code":
        return _code(draft, column, text, cell)
    if column.kind == "codes":
        return [code for piece in _pieces(text) if (code := _code(draft, column, piece, cell))]
    if column.kind == "texts":
        return _pieces(text)
    if column.kind == "date":
        return _date(draft, column, text, cell)
    if column.kind == "amount":
        return _amount(draft, column, text, cell)
    return text


def _code(draft: Draft, column: Column, text: str, cell: Cell) -> str:
    if text in NOTHING:
        return ""
    spellings = forms.codes(column.codelist)
    for spelling in (text, unicodedata.normalize("NFKC", text)):
        code = column.values.get(spelling) or spellings.get(spelling.casefold())
        if code:
            return code
    draft.problems.append(Problem("unknown_code", cell, {"value": text, "column": column.header}))
    return ""


def _date(draft: Draft, column: Column, text: str, cell: Cell) -> str:
    """A date as CCYY-MM-DD: ``2024年5月31日``, ``2024/5/31``, ``20240531``, full-width digits too (GB/T 7408)."""
    if text in NOTHING:
        return ""
    plain = re.sub(r"\s.*", "", unicodedata.normalize("NFKC", text))
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain) or re.fullmatch(
        r"(\d{4})(\d\d)(\d\d)", plain
    )
    try:
        if found:
            return dt.date(*map(int, found.groups())).isoformat()
    except ValueError:
        pass
    draft.problems.append(Problem("bad_date", cell, {"value": text, "column": column.header}))
    return ""


def _amount(draft: Draft, column: Column, text: str, cell: Cell) -> str:
    if text in NOTHING:
        return ""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", plain):
        return plain
    draft.problems.append(Problem("not_a_number", cell, {"value": text, "column": column.header}))
    return ""


def _pieces(text: str) -> list[str]:
    pieces = (piece.strip() for piece in SEPARATORS.split(text))
    return list(dict.fromkeys(piece for piece in pieces if piece and piece not in NOTHING))


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def find_filled_down(drafts: Sequence[Draft]) -> None:
    """Rows that a spreadsheet made by drawing a row down: ``名录1``, ``名录2``, all else the same (filing rules, 2)."""
    for before, draft in pairwise(drafts):
        counted, known = filing_rules.split_number(_zh(draft)), filing_rules.split_number(_zh(before))
        if not counted or not known or counted != (known[0], known[1] + 1):
            continue
        if _uncounted(draft.dataset) == _uncounted(before.dataset):
            params = {"row": before.cell("title_translated").row}
            draft.problems.append(Problem("filled_down", draft.cell("title_translated"), params))


def _zh(draft: Draft) -> str:
    return draft.dataset.get("title_translated", {}).get("zh", "")


def _uncounted(value: Any) -> Any:
    """``value`` without names and codes, and without the numbers that drawing down appends to texts."""
    if isinstance(value, Mapping):
        own = ("title_translated", "nx_resource_code")
        return {key: _uncounted(part) for key, part in value.items() if key not in own}
    if isinstance(value, list):
        return [_uncounted(part) for part in value]
    return re.sub(r"\d+$", "", value) if isinstance(value, str) else value


def find_twins(drafts: list[Draft]) -> None:
    """A resource code or, within one provider, a title may stand in the workbook once."""
    seen: dict[tuple[str, str], Draft] = {}
    for draft in drafts:
        code = draft.dataset.get("nx_resource_code")
        title = re.sub(r"[\W_]", "", draft.dataset.get("title_translated", {}).get("zh", "")).casefold()
        keys = [("nx_resource_code", code)] if code else []
        keys += [("title_translated", f"{draft.provider}|{title}")] if title else []
        for path, key in keys:
            first = seen.setdefault((path, str(key)), draft)
            if first is not draft:
                params = {"row": first.cell(path).row}
                draft.problems.append(Problem("twice", draft.cell(path), params))
                break
