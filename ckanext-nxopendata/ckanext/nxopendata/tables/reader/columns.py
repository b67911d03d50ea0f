"""Columns of a table in the database: their names, what is said of them, and how a cell is written. Plain module."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from ckanext.nxopendata.core.tabular.plan import ColumnPlan, Plan
from ckanext.nxopendata.core.tabular.values.types import (
    MOST_NULL_WORDS,
    CellCounts,
    ColumnType,
    TableCounts,
    decide_type,
    to_value,
)

MOST_BYTES = 63
"""Longest name of a column in PostgreSQL, in bytes: 21 Chinese characters."""

NOT_IN_DICTIONARY = ("id", "type", "shown_unit", "order", "header", "not_open")
"""What only the reader needs."""

SYSTEM_NAMES = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rank"})
"""Columns that every table of PostgreSQL has; ``rank`` is what CKAN's search calls the order of its answers."""

LONGEST_TOKEN = 64
_TOKENS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a loaded table.

    Attributes:
        id: its name in the database: at most 63 bytes, unique in the table.
        label: its header in the file, in full.
        type: of the database: ``text``, ``int8``, ``numeric``, ``date`` or ``timestamp``.
        label_en, notes, nx_type: name in English, description and data type of the information item it belongs to.
        item: name of that information item; "" when the dataset has none for it.
        precision: of dates kept as text: ``month``, ``year`` or ``mixed``; ``year`` for whole numbers that are years.
        unit: ``%`` or another, where every cell had it or the plan says so.
        shown_unit: what stands behind each number in the file.
        order: of dates with slashes: ``dmy`` or ``mdy``.
        role: what the column is for, as the plan says.
        header: as it stands in the file; "" where there is none.
        null_words: words for nothing that became gaps, and how often each stands in the file.
        not_open: its information item is declared not open: the table is made without it.
    """

    id: str
    label: str
    type: str
    label_en: str = ""
    notes: str = ""
    nx_type: str = ""
    item: str = ""
    precision: str = ""
    unit: str = ""
    shown_unit: str = ""
    order: str = ""
    role: str = ""
    header: str = ""
    null_words: dict[str, int] = field(default_factory=dict)
    not_open: bool = False

    def info(self) -> dict[str, Any]:
        """The entry of CKAN's data dictionary: what is not empty."""
        entry = {name: value for name, value in asdict(self).items() if value and name not in NOT_IN_DICTIONARY}
        return entry | ({"header": self.header} if self.header not in ("", self.label) else {})


# Names


def column_names(headers: Sequence[str]) -> list[str]:
    """Names for the database, in the order of the headers.

    Signs that mean something to SQL or to CKAN's parameters are written full-width. A name that is too long is cut and
    told apart by six hexadecimal digits; a name of PostgreSQL's own gets a line behind it; a second 名称
    becomes 名称_2; a column without a header is called 列 and its number.

    >>> column_names(["名称", "名称", "", "比重(%)", "_id"])
    ['名称', '名称_2', '列3', '比重(％)', 'id']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for number, header in enumerate(headers, 1):
        base = _clean_name(header) or f"列{number}"
        if base.lower() in SYSTEM_NAMES or base.startswith("$"):
            base = f"{base.lstrip('$')}_"
        if len(base.encode()) > MOST_BYTES:
            base = _cut(base, MOST_BYTES - 7) + "_" + hashlib.sha256(base.encode()).hexdigest()[:6]
        name, turn = base, 1
        while name.lower() in taken:
            turn += 1
            suffix = f"_{turn}"
            name = _cut(base, MOST_BYTES - len(suffix)) + suffix
        taken.add(name.lower())
        unique.append(name)
    return unique


def _clean_name(header: str) -> str:
    text = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in header)
    text = text.translate(str.maketrans({'"': "”", "%": "％", ":": "：", ",": "，", "\\": "＼", ";": "；"}))
    return " ".join(text.split()).lstrip("_").strip()


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore").rstrip()


# Types


def decide_columns(
    headers: Sequence[str], counts: TableCounts, items: Sequence[Mapping[str, Any]] = (), plan: Plan | None = None
) -> list[Column | None]:
    """The columns of a table; None for one that has neither a header nor a cell.

    Args:
        items: the information items of the dataset (``name``, ``name_en``, ``type``, ``description``).
        plan: what the department says of columns comes first.
    """
    headers = [*headers, *[""] * (len(counts.columns) - len(headers))]
    by_name = {fold_name(str(item.get("name") or "")): item for item in items}
    result: list[Column | None] = []
    for number, (header, name) in enumerate(zip(headers, column_names(headers), strict=True)):
        cells = counts.columns[number] if number < len(counts.columns) else CellCounts()
        if not header and not (cells.kinds.total() - cells.kinds["empty"]):
            result.append(None)
            continue
        item = by_name.get(fold_name(header)) or by_name.get(fold_name(header.rpartition("·")[2])) or {}
        planned = plan.column(header) if plan else None
        decided = decide_type(header, cells, str(item.get("type") or ""))
        if planned and planned.type and planned.type != decided.name:
            decided = ColumnType(planned.type, unit=decided.unit)
        texts = {key: str(item.get(given) or "") for key, given in ITEM_FIELDS.items()}
        result.append(
            Column(
                name,
                (planned.label if planned else "") or header or name,
                decided.name,
                precision=decided.precision,
                unit=(planned.unit if planned else "") or decided.unit,
                order=decided.order,
                shown_unit=decided.unit,
                role=planned.role if planned else "",
                header=header,
                null_words=_null_words(cells, decided, planned),
                not_open=str(item.get("is_open") or "") == "0",
                **texts,
            )
        )
    return result


def _null_words(cells: CellCounts, decided: ColumnType, planned: ColumnPlan | None) -> dict[str, int]:
    """The words of a column of numbers or dates that became gaps, and how often each stands in the file."""
    declared = dict.fromkeys(planned.null_words, 0) if planned else {}
    if decided.name == "text":
        return declared
    return declared | dict(cells.null_words.most_common(MOST_NULL_WORDS))


ITEM_FIELDS = {"label_en": "name_en", "notes": "description", "nx_type": "type", "item": "name"}


def fold_name(name: str) -> str:
    """A name as items and headers are compared: without space, width, case, and the unit in brackets at its end."""
    text = re.sub(r"[\s\u3000]+", "", unicodedata.normalize("NFKC", name)).lower()
    return re.sub(r"[(（\[][^()（）\[\]]*[)）\]]\Z", "", text) or text


# Cells


def to_database(column: Column, cell: str) -> str | None:
    """A cell as PostgreSQL reads it; None for one that is empty or a word for nothing."""
    if not cell or (column.null_words and cell in column.null_words):
        return None
    return to_value(ColumnType(column.type, column.precision, column.shown_unit, column.order), cell)


# Words of the index


@lru_cache(maxsize=50_000)
def tokens(cell: str) -> tuple[str, ...]:
    """What a full-text index holds of a text: pairs of Chinese characters, and words of Latin letters and digits.

    >>> tokens("沙湖景区5A")
    ('沙湖', '湖景', '景区', '5a')
    """
    unique: dict[str, None] = {}
    for run in _TOKENS.findall(unicodedata.normalize("NFKC", cell).lower()):
        if run.isascii() or len(run) == 1:
            unique[run[:LONGEST_TOKEN]] = None
        else:
            unique |= {run[n : n + 2]: None for n in range(len(run) - 1)}
    return tuple(unique)


def index_terms(word: str, *, begins: bool = False) -> tuple[str, ...]:
    """Return what the full-text index has of each cell that holds a text, as terms of a ``tsquery``.

    Letters and digits at the end of the text may go on in the cell, so their beginning is looked for; those at its
    beginning may be the end of a longer word, of which the index knows nothing.

    Args:
        begins: whether letters and digits must begin a word of the cell, which the index can find.

    >>> index_terms("第99999号"), index_terms("沙湖5A"), index_terms("NX01"), index_terms("NX01", begins=True)
    (("'99999'",), ("'沙湖'", "'5a':*"), (), ("'nx01':*",))
    """
    folded = unicodedata.normalize("NFKC", word).lower()
    terms: dict[str, None] = {}
    for match in _TOKENS.finditer(folded):
        run, first, last = match[0], match.start() == 0, match.end() == len(folded)
        if run.isascii():
            if len(run) <= LONGEST_TOKEN and (begins or not first):
                terms[f"'{run}'" + (":*" if last else "")] = None
        elif len(run) > 1:
            terms |= {f"'{run[n : n + 2]}'": None for n in range(len(run) - 1)}
        elif not first and not last:
            terms[f"'{run}'"] = None
    return tuple(terms)
