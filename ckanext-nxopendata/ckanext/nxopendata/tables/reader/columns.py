"""Columns: their names in the database, their types, and how a cell is written. Plain module.

A code is not a number: an 18-digit identity number loses its end as a float, a division code with a leading zero its
beginning. A date is as exact as it was written: 2023年 stays a year.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from ckanext.nxopendata.core.tabular.sheets import Row

MOST_BYTES = 63
"""Longest name of a column in PostgreSQL, in bytes: 21 Chinese characters."""

IDENTIFIERS = re.compile(
    r"代码|编码|编号|代号|号码|证号|证件|身份证|电话|手机|传真|联系方式|邮编|邮政编码|帐号|账号|卡号|税号|条码|批号|文号|车牌"
    r"|\b(code|id|uscc|phone|tel|fax|zip|postcode|isbn|issn)\b|_(code|id)\Z",
    re.IGNORECASE,
)
DATED = re.compile(r"日期|时间|日\Z|date|time", re.IGNORECASE)
YEARLY = re.compile(r"年份|年度|\A年\Z|\byear\b", re.IGNORECASE)
MISSING = frozenset(
    {"-", "--", "—", "——", "－", "–", "/", "…", "……", "n/a", "na", "null", "none", "无", "暂无", "不详", "缺失"}
)
TEXTUAL = frozenset("CMG")
"""Data types of the guide that are text: C 字符型, M 备注型, G 通用型 (发改高技〔2017〕1272号, element 8)."""

_INT = re.compile(r"[+-]?\d+\Z")
_NUM = re.compile(r"[+-]?(\d+\.\d*|\.\d+|\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?[eE][+-]?\d{1,3})\Z")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\Z")
_MONTH = re.compile(r"(\d{4})\s*(?:[-/]|年)\s*(\d{1,2})\s*月?\Z")
_YEAR = re.compile(r"(\d{4})\s*年度?\Z")
_STAMP = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\Z")
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
        unit: ``%`` where every cell had it.
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

    def info(self) -> dict[str, str]:
        """The entry of CKAN's data dictionary: what is not empty."""
        return {name: value for name, value in asdict(self).items() if value and name not in ("id", "type")}


# Names


def column_names(headers: Sequence[str]) -> list[str]:
    """Names for the database, in the order of the headers.

    Signs that mean something to SQL or to CKAN's parameters are written full-width. A name that is too long is cut and
    told apart by six hexadecimal digits; a second 名称 becomes 名称_2; a column without a header is called 列 and its
    number.

    >>> column_names(["名称", "名称", "", "比重(%)", "_id"])
    ['名称', '名称_2', '列3', '比重(％)', 'id']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for number, header in enumerate(headers, 1):
        base = _clean_name(header) or f"列{number}"
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


@lru_cache(maxsize=100_000)
def classify(cell: str) -> str:
    """What a cell looks like: ``int``, ``long`` (no number: it would lose digits), ``num``, ``percent``, ``day``,
    ``month``, ``year``, ``stamp``, ``missing``, ``empty`` or ``text``. Full-width digits count as digits.
    """
    if not cell:
        return "empty"
    if len(cell) > 40:
        return "text"
    value = normalize(cell)
    if value.lower() in MISSING:
        return "missing"
    if _INT.match(value):
        digits = value.lstrip("+-")
        return "long" if (len(digits) > 1 and digits[0] == "0") or len(digits) > 15 else "int"
    if _NUM.match(value):
        whole = value.lstrip("+-")
        leads_with_zero = whole.startswith("0") and whole[1:2].isdigit()
        if leads_with_zero or sum(map(str.isdigit, whole)) > 30:
            return "long"
        return "int" if set(whole) <= set("0123456789,") and len(whole) < 20 else "num"
    if value.endswith("%") and (_INT.match(value[:-1].strip()) or _NUM.match(value[:-1].strip())):
        return "percent"
    for name, pattern in (("day", _DAY), ("month", _MONTH), ("year", _YEAR), ("stamp", _STAMP)):
        match = pattern.match(value)
        if match:
            return name if _exists(name, [int(part) for part in match.groups()[:6] if part]) else "text"
    return "text"


def _exists(name: str, parts: list[int]) -> bool:
    try:
        if name == "stamp":
            dt.datetime.fromisoformat("{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*[*parts, 0][:6]))
        else:
            dt.date(*[*parts, 1, 1][:3])
    except (ValueError, TypeError):
        return False
    return True


@lru_cache(maxsize=20_000)
def normalize(cell: str) -> str:
    """Return a cell in half-width signs, with a hyphen for the sign of minus."""
    text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    return text.replace("−", "-").strip()


class Kinds:
    """Counts what the cells of each column look like."""

    def __init__(self, size: int) -> None:
        self.counters = [Counter[str]() for _ in range(size)]
        self.seen_eight: list[bool] = [True] * size
        self.longest = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Count some lines; lines longer than the header open columns of their own."""
        size = max(map(len, rows), default=0)
        while len(self.counters) < size:
            self.counters.append(Counter())
            self.seen_eight.append(True)
        even = [row if len(row) == size else row + [""] * (size - len(row)) for row in rows]
        for number, cells in enumerate(zip(*even, strict=True)):
            counter = self.counters[number]
            if counter["text"] > 1000:
                continue  # it is text whatever follows
            counter.update(map(classify, cells))
            if self.seen_eight[number] and counter["int"]:
                self.seen_eight[number] = all(_is_compact_day(cell) for cell in cells if classify(cell) == "int")


@lru_cache(maxsize=20_000)
def _is_compact_day(cell: str) -> bool:
    value = normalize(cell)
    if len(value) != 8 or value[:2] not in ("19", "20"):
        return False
    return _exists("day", [int(value[:4]), int(value[4:6]), int(value[6:])])


def decide_columns(
    headers: Sequence[str], kinds: Kinds, items: Sequence[Mapping[str, Any]] = ()
) -> list[Column | None]:
    """The columns of a table; None for one that has neither a header nor a cell.

    Args:
        items: the information items of the dataset (``name``, ``name_en``, ``type``, ``description``).
    """
    headers = [*headers, *[""] * (len(kinds.counters) - len(headers))]
    by_name = {fold_name(str(item.get("name") or "")): item for item in items}
    result: list[Column | None] = []
    for number, (header, name) in enumerate(zip(headers, column_names(headers), strict=True)):
        counter = kinds.counters[number] if number < len(kinds.counters) else Counter()
        if not header and not (counter.total() - counter["empty"]):
            result.append(None)
            continue
        item = by_name.get(fold_name(header)) or by_name.get(fold_name(header.rpartition("·")[2])) or {}
        type_, precision, unit = _type(header, counter, str(item.get("type") or ""), kinds.seen_eight[number])
        texts = {key: str(item.get(given) or "") for key, given in ITEM_FIELDS.items()}
        result.append(Column(name, header or name, type_, precision=precision, unit=unit, **texts))
    return result


ITEM_FIELDS = {"label_en": "name_en", "notes": "description", "nx_type": "type", "item": "name"}


def fold_name(name: str) -> str:
    """A name as items and headers are compared: without space, width, case, and the unit in brackets at its end."""
    text = re.sub(r"[\s\u3000]+", "", unicodedata.normalize("NFKC", name)).lower()
    return re.sub(r"[(（\[][^()（）\[\]]*[)）\]]\Z", "", text) or text


def _type(header: str, counter: Counter[str], declared: str, all_eight: bool) -> tuple[str, str, str]:
    """Type of the database, precision and unit of a column."""
    met = {name for name, count in counter.items() if count} - {"empty", "missing"}
    if not met or met & {"text", "long"}:
        return "text", "", ""
    if met <= {"int", "num"}:
        if IDENTIFIERS.search(header) or declared in TEXTUAL:
            return "text", "", ""
        if met == {"int"} and all_eight and (DATED.search(header) or declared in ("D", "T")):
            return "date", "", ""
        if met == {"int"}:
            return "int8", "year" if YEARLY.search(header) else "", ""
        return "numeric", "", ""
    if met == {"percent"}:
        return "numeric", "", "%"
    if met == {"day"}:
        return "date", "", ""
    if met <= {"day", "stamp"}:
        return "timestamp", "", ""
    if met <= {"day", "month", "year", "int"} and ("int" not in met or DATED.search(header)):
        return "text", next(iter(met)) if len(met) == 1 else "mixed", ""
    return "text", "", ""


# Cells


def to_database(column: Column, cell: str) -> str | None:
    """A cell as PostgreSQL reads it; None for one that is empty."""
    if not cell:
        return None
    if column.type == "text":
        return to_iso_date(cell) if column.precision else cell
    return _typed(column.type, column.unit, cell)


@lru_cache(maxsize=100_000)
def _typed(type_: str, unit: str, cell: str) -> str | None:
    value = normalize(cell)
    if classify(cell) == "missing":
        return None
    if type_ in ("int8", "numeric"):
        return value.removesuffix(unit).strip().replace(",", "")
    if type_ == "date" and _INT.match(value):
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    if type_ == "timestamp" and (match := _STAMP.match(value)):
        year, month, day, hour, minute, second, rest = match.groups()
        return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second or '00'}{'.' + rest if rest else ''}"
    return to_iso_date(cell)


@lru_cache(maxsize=20_000)
def to_iso_date(cell: str) -> str:
    """A date as exact as it was written: ``2023-05-01``, ``2023-05`` or ``2023``; other text as it is."""
    value = normalize(cell)
    for pattern in (_DAY, _MONTH, _YEAR):
        if match := pattern.match(value):
            return "-".join(part.zfill(2) for part in match.groups())
    return cell


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
            unique[run[:64]] = None
        else:
            unique |= {run[n : n + 2]: None for n in range(len(run) - 1)}
    return tuple(unique)


def index_words(cells: Iterable[str]) -> str:
    """The index words of a line, as ``tsvector`` reads them; at most 2,000."""
    unique: dict[str, None] = {}
    for cell in cells:
        if cell:
            unique |= dict.fromkeys(tokens(cell[:2000]))
            if len(unique) > 2000:
                break
    return " ".join(unique)
