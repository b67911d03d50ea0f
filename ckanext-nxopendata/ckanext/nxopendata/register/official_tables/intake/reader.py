"""Reads a department's tables: rows -> drafts, each value with the cell it came from. Plain module.

Sheets may hold any of tables 1 to 5, be named anyhow, have their head on any of the first rows; cells may be merged,
numbers missing, totals and repeated heads between the rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular.sheets import Sheet
from ckanext.nxopendata.exchange.workbook.reader import Cell, Problem
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.official_tables import layout
from ckanext.nxopendata.register.systems import record

HEADER_WITHIN = 30
FEWEST_COLUMNS = 4
NOTHING = frozenset({"", "/", "-", "—", "——", "－", "\\"})
"""What people write where there is nothing."""
FORMULA_ERRORS = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NUM|NULL)[!?]?", re.IGNORECASE)
LONGEST_NAME = 100
TOTAL = re.compile(r"(合计|总计|共计|小计)")
COUNT = re.compile(r"共?([0-9]+)个")
DOTS = re.compile(r"[.…·。]+")
NUMBERED = re.compile(r"[一二三四五六七八九十]+[、.．]|[（(][一二三][)）]")
LINE = re.compile(rf"注|备注|说明|填报|制表|审核|单位负责人|{NUMBERED.pattern}")
"""How a line begins that is no row of data."""
PARTS = ("name", "post", "phone")
GROUPS = (
    ("service", "政务服务平台"),
    ("exchange", "共享交换平台"),
    (record.KEEP, "保留"),
    (record.MERGE, "整合"),
    (record.CLEAR, "清理"),
    (record.CLEAR, "僵尸"),
)
"""Group -> a word of its line, the most telling first."""

FIELDS = {
    "title": "title",
    "function": "notes",
    "scope": "nx_scope",
    "frequency": "nx_frequency",
    "approver": "nx_approver",
    "approved": "nx_approved",
    "funding": "nx_funding",
}
"""Column -> field of the schema."""

REQUIRED = ("title", "function", "scope", "frequency")


@dataclass(slots=True)
class Draft:
    """A system, or of tables 4 and 5 a unit, as a row has it.

    Attributes:
        table: the number of the table it stands in.
        group: ``keep``, ``merge``, ``clear``, ``service`` or ``exchange``; "" where no line says it.
        fields: of the schema, only those with a column and a value; of a unit by the keys of its columns.
        department: the managing department as written.
        cells: column -> where it stands.
    """

    table: str
    group: str
    row: Cell
    fields: dict[str, str] = field(default_factory=dict)
    department: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The name; "" where it is missing."""
        return self.fields.get("title", "")

    def cell(self, name: str) -> Cell:
        """Where a field of the schema stands, the row's first cell at last."""
        column = next(
            (column for column, fieldname in FIELDS.items() if name in (fieldname, f"{fieldname}_translated")), name
        )
        return self.cells.get(column, self.row)


@dataclass(slots=True)
class Filled:
    """A file that was read: the drafts of all its sheets, counts that do not add up, who filled it in."""

    drafts: list[Draft]
    remarks: list[Problem]
    person: str = ""
    phone: str = ""


class NoTableError(Exception):
    """No sheet has the head of the tables."""


def read(sheets: Iterable[Sheet]) -> Filled:
    """The rows of all sheets that have the head of one of the tables.

    Raises:
        NoTable: none has it.
    """
    filled = Filled([], [])
    found = False
    for sheet in sheets:
        for reader in (_Reader, _UnitReader):
            head = reader.find_head(sheet)
            if head is not None:
                found = True
                reader(sheet, *head, filled).read()
                break
    if not found:
        raise NoTableError
    _find_twins(draft for draft in filled.drafts if draft.table in layout.OF_SYSTEMS)
    return filled


def _bare(text: str) -> str:
    return re.sub(r"[（(][^（()）]*[)）]|[*＊\s]", "", unicodedata.normalize("NFKC", text))


class _Reader:
    """Walks the rows of one sheet of systems."""

    required: Sequence[str] = REQUIRED

    def __init__(self, sheet: Sheet, columns: Mapping[int, str], head: int, filled: Filled) -> None:
        self.sheet, self.columns, self.head, self.filled = sheet, columns, head, filled
        self.table = self._which()
        self.group = ""
        self.opened: tuple[Cell, int] | None = None
        self.count = 0

    @classmethod
    def find_head(cls, sheet: Sheet) -> tuple[dict[int, str], int] | None:
        """Position -> column (position from 0), and the index of the head's last row; None without head."""
        for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
            columns: dict[int, str] = {}
            for position, cell in enumerate(row):
                key = layout.headers().get(_bare(cell))
                if key and key not in columns.values():
                    columns[position] = key
            if len(columns) >= FEWEST_COLUMNS and "title" in columns.values():
                return columns, index
        return None

    def read(self) -> None:
        self._filler()
        for index, row in enumerate(self.sheet.rows[self.head + 1 :], self.head + 1):
            self._row(index, row)
        self._close()

    def _which(self) -> str:
        above = "".join(cell for row in self.sheet.rows[: self.head] for cell in row) + self.sheet.name
        plain = _bare(above)
        for number in layout.OF_SYSTEMS:
            if layout.load(number).title in plain or f"附表{number}" in plain:
                return number
        below = "".join(cell for row in self.sheet.rows[self.head : self.head + 12] for cell in row)
        return "3" if "政务服务平台的" in below or "共享交换平台的" in below else "1"

    def _filler(self) -> None:
        for row in self.sheet.rows[: self.head]:
            line = re.sub(r"[\s　]", "", "　".join(dict.fromkeys(row)))
            if found := re.search(r"填报人[:：]([^联填]*)", line):
                self.filled.person = found.group(1) or self.filled.person
            if found := re.search(r"联系电话[:：]([-0-9（）()]*)", line):
                self.filled.phone = found.group(1) or self.filled.phone

    def _row(self, index: int, row: Sequence[str]) -> None:
        values = {position: row[position] for position in self.columns if position < len(row) and row[position]}
        line = _line(row)
        if not any(row) or self._is_head(values):
            return
        if line and self._is_line(index, line):
            return
        filled = {key: text for position, text in values.items() if (key := self.columns[position]) != "number"}
        if not any(text not in NOTHING and not DOTS.fullmatch(text) for text in filled.values()):
            return  # a number alone, or dots: a row left for later
        if self._is_total(_bare(next(iter(row[p] for p in sorted(values)), "")), filled):
            return
        if set(filled) == {"department"}:
            return  # a managing department merged over rows that were left empty
        self._draft(index, row)

    def _is_total(self, first: str, filled: Mapping[str, str]) -> bool:
        return bool(TOTAL.match(first)) and "title" not in filled

    def _is_head(self, values: Mapping[int, str]) -> bool:
        known = [layout.headers().get(_bare(text)) == self.columns[position] for position, text in values.items()]
        return len(known) >= FEWEST_COLUMNS and all(known)

    def _is_line(self, index: int, line: str) -> bool:
        """A line over the whole width: a group, a total, a note."""
        plain = _bare_line(line)
        cell = Cell(self.sheet.name, index + 1, 1)
        if TOTAL.match(plain):
            return True
        numbered = NUMBERED.match(plain)
        group = next((key for key, word in GROUPS if word in plain), "")
        if group and (numbered or COUNT.search(plain) or len(plain) < 30):
            self._close()
            self.group = group
            said = COUNT.search(plain)
            self.opened = (cell, int(said.group(1))) if said else None
            self.count = 0
            return True
        return bool(LINE.match(plain))

    def _close(self) -> None:
        if self.opened and self.opened[1] != self.count:
            cell, said = self.opened
            self.filled.remarks.append(Problem("count", cell, {"said": said, "found": self.count}))
        self.opened = None

    def _draft(self, index: int, row: Sequence[str]) -> None:
        first = min(self.columns)
        draft = Draft(self.table, self.group, Cell(self.sheet.name, index + 1, first + 1))
        for position, key in self.columns.items():
            text = row[position] if position < len(row) else ""
            draft.cells[key] = Cell(self.sheet.name, index + 1, position + 1)
            if FORMULA_ERRORS.fullmatch(text):
                draft.problems.append(Problem("formula", draft.cells[key], {"value": text}))
            elif text not in NOTHING:
                self._take(draft, key, text)
        before = self.filled.drafts[-1] if self.filled.drafts else None
        if before is not None and self._goes_on(before, draft):
            return
        for key in self.required:
            if not draft.fields.get(FIELDS[key]) and not any(p.cell == draft.cells.get(key) for p in draft.problems):
                header = next(column.header for column in layout.load(self.table).columns if column.key == key)
                draft.problems.append(Problem("missing", draft.cells.get(key, draft.row), {"column": header}))
        self.count += 1
        self.filled.drafts.append(draft)

    def _take(self, draft: Draft, key: str, text: str) -> None:
        _take(draft, key, text)

    def _goes_on(self, before: Draft, draft: Draft) -> bool:
        """Whether a row adds to the one above, which then has it."""
        if not _continues(before, draft):
            return False
        before.fields["notes"] = f"{before.fields.get('notes', '')}\n{draft.fields.get('notes', '')}".strip()
        return True


class _UnitReader(_Reader):
    """Walks the rows of one sheet of units: tables 4 and 5."""

    required = ("title",)

    @classmethod
    def find_head(cls, sheet: Sheet) -> tuple[dict[int, str], int] | None:
        """As of systems; the head may have two rows, with a person above their name, post and telephone."""
        for index in range(min(HEADER_WITHIN, len(sheet.rows))):
            for depth in (2, 1):
                columns = _unit_columns(sheet.rows[index : index + depth])
                if len(columns) >= FEWEST_COLUMNS and "title" in columns.values():
                    return columns, min(index + depth, len(sheet.rows)) - 1
        return None

    def _which(self) -> str:
        return "5" if any(key.startswith("leader") for key in self.columns.values()) else "4"

    def _is_total(self, first: str, filled: Mapping[str, str]) -> bool:
        return bool(TOTAL.match(first) or TOTAL.match(_bare(filled.get("title", ""))))

    def _is_head(self, values: Mapping[int, str]) -> bool:
        return len(values) >= FEWEST_COLUMNS and all(_bare(text) in layout.unit_headers() for text in values.values())

    def _is_line(self, index: int, line: str) -> bool:
        plain = _bare_line(line)
        return bool(TOTAL.match(plain) or COUNT.match(plain) or LINE.match(plain))

    def _take(self, draft: Draft, key: str, text: str) -> None:
        if key != "number":
            draft.fields[key] = re.sub(r"\s*\n\s*", "", text)

    def _goes_on(self, before: Draft, draft: Draft) -> bool:
        """A row that is merged downwards as a whole says the same again."""
        follows = before.row.sheet == draft.row.sheet and before.row.row + 1 == draft.row.row
        return follows and not draft.problems and before.fields == draft.fields


def _unit_columns(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Position -> column of a head of one row or two; {} where a row holds what is no head."""
    known, person = layout.unit_headers(), "contact"
    if not any(_bare(text) in known for text in rows[0]):
        return {}
    columns: dict[int, str] = {}
    for position in range(max(map(len, rows))):
        column = [row[position] if position < len(row) else "" for row in rows]
        texts = list(dict.fromkeys(_bare(text) for text in column if text))
        key = known.get("".join(texts), "")
        if not key and _bare(column[0]) in known:
            return {}  # below a head stands what no head says: a row of data
        if key in PARTS:
            key = f"{person}_{key}"
        elif key.startswith(("leader_", "contact_")):
            person = key.partition("_")[0]
        if key and key not in columns.values():
            columns[position] = key
    return columns


def _line(row: Sequence[str]) -> str:
    """The text of a row that says one thing over its width (merged, or in its first cells); "" for a row of data."""
    texts = list(dict.fromkeys(text for text in row if text))
    return texts[0] if len(texts) == 1 else ("".join(texts) if len(texts) == 2 and TOTAL.match(texts[0]) else "")


def _bare_line(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _take(draft: Draft, key: str, text: str) -> None:
    if key == "department":
        draft.department = text
    elif key == "frequency":
        _frequency(draft, text)
    elif key == "approved":
        try:
            draft.fields["nx_approved"] = periods.parse(text)
        except periods.NotAPeriodError:
            draft.problems.append(Problem("bad_date", draft.cells[key], {"value": text}))
    elif key == "title":
        name = re.sub(r"\s*\n\s*", "", text)
        draft.fields["title"] = name
        if len(name) > LONGEST_NAME:
            draft.problems.append(Problem("name_too_long", draft.cells[key], {"most": LONGEST_NAME}))
    elif key in FIELDS:
        draft.fields[FIELDS[key]] = text


def _frequency(draft: Draft, text: str) -> None:
    plain = _bare(text).rstrip("。.")
    known = layout.frequencies()
    code = known.get(plain) or known.get(plain.removesuffix("使用")) or known.get(plain.removesuffix("次"))
    labels = {entry.label_zh: entry.code for entry in codelists.load("use_frequency").values()}
    code = code or labels.get(plain) or (plain if plain in codelists.load("use_frequency") else "")
    if code:
        draft.fields["nx_frequency"] = code
    else:
        choices = "、".join(labels)
        draft.problems.append(Problem("frequency", draft.cells["frequency"], {"value": text, "choices": choices}))


def _continues(before: Draft, draft: Draft) -> bool:
    """Whether a row only goes on with the function of the one above: its name is merged downwards."""
    if not draft.title or draft.title != before.title or draft.row.sheet != before.row.sheet:
        return False
    others = [name for name in FIELDS.values() if name not in ("title", "notes")]
    same = all(draft.fields.get(name) in (None, before.fields.get(name)) for name in others)
    return same and draft.row.row == before.row.row + 1 and draft.fields.get("notes") != before.fields.get("notes")


def _find_twins(drafts: Iterable[Draft]) -> None:
    """A name may stand once in a table; in table 3 once in each group."""
    seen: dict[tuple[str, str, str], Draft] = {}
    for draft in drafts:
        if not draft.title:
            continue
        key = (draft.table, draft.group if draft.table == "3" else "", title_key(draft.title))
        first = seen.setdefault(key, draft)
        if first is not draft:
            draft.problems.append(Problem("twice", draft.cell("title"), {"row": first.row.row}))
