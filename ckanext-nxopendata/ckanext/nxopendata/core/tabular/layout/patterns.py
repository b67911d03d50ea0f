"""How rows that are not data look: titles, units, notes, totals."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from ckanext.nxopendata.core.tabular.values.kinds import NUMERIC, UNITS, classify

ASIDE = re.compile(
    r"(单\s*位|填报|填表|制表|编制|报送|统计时间|截止|截至|更新时间|数据时间|日\s*期|时\s*间|表\s*号|审核|负责人|联系电话)"
    r"[^:：]{0,12}[:：]"
)
FOOTNOTE = re.compile(
    r"^[（(]?\s*(注|备注|说明|附注|资料来源|数据来源|来源|填表|制表|审核|单位负责人|Source|Note)s?\s*[\d一二三]?\s*[:：)）.]",
    re.IGNORECASE,
)
TOTALS = frozenset({"合计", "总计", "共计", "total", "grandtotal"})
SUBTOTALS = frozenset({"小计", "本页合计", "本页小计", "subtotal"})
HINT = re.compile(r"[计總总:：）)注备说附资来]|[Tt][Oo][Tt][Aa][Ll]|[Nn][Oo][Tt][Ee]|[Ss]ource")
"""What a row has that is a total or a note; rows without it need no closer look."""

NUMBERED = re.compile(r"[（(]?(\d{1,2}|[一二三四五六七八九十])[）)]?[.．、:：\s]?\S")
"""How a further note begins, below one that says it is a note."""

UNIT = re.compile(rf"[(（]?(单位[:：])?({UNITS}|%|％)[)）]?\Z")

COLUMN_NUMBER = re.compile(
    r"(?:(?P<plain>\d{1,2})|[(（\[〔](?P<marked>\d{1,2})[)）\]〕]|(?P<circled>[①-⑳]))(?:\s*[=＝][\d\s+\-－＋×÷*/().（）%]+)?\Z",
    re.ASCII,
)
"""The number of a column, with the columns that it is made of: 3 = 1 - 2."""

LETTERED = ("甲乙丙丁戊己庚", "ABCDEFG", "abcdefg")
"""What columns of labels are called in place of a number."""

ROW_OF_NUMBERS = 3

TYPED = 0.9
"""Share of a column's cells that must be of one kind for the column to have a type."""


def fold(text: str) -> str:
    """Return a label without space and colons, in lower case."""
    return re.sub(r"[\s\u3000:：]+", "", text).lower()


def simple_kind(cell: str) -> str:
    """``number``, ``date``, ``text``, ``missing`` or ``empty``."""
    kind = classify(cell)
    if kind in NUMERIC or kind in ("percent", "long", "comma", "maybe_comma") or kind.startswith("unit:"):
        return "number"
    return kind if kind in ("text", "missing", "empty") else "date"


def column_kinds(rows: Sequence[Sequence[str]], size: int) -> list[str]:
    """The kind of each column: ``number`` or ``date`` where nearly all its cells are, else ``text``; "" if empty."""
    kinds = []
    for number in range(size):
        counts = Counter(simple_kind(row[number]) for row in rows if number < len(row))
        counts.pop("empty", None)
        counts.pop("missing", None)
        if not counts:
            kinds.append("")
            continue
        name, count = counts.most_common(1)[0]
        kinds.append(name if count >= TYPED * counts.total() else "text")
    return kinds


def total_label(row: Sequence[str], kinds: Sequence[str]) -> str:
    """``total`` or ``subtotal`` where a row's label among its first cells says so; else ""."""
    for number, cell in enumerate(row[:4]):
        if not cell:
            continue
        folded = fold(cell)
        if folded in TOTALS:
            return "total"
        if folded in SUBTOTALS:
            return "subtotal"
        if number < len(kinds) and kinds[number] in ("number", "date"):
            return ""
    return ""


def numbers_columns(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row below a header gives each column its number, as statistical tables do: 甲, 乙, 1, 2 or 栏次, 1, 2.

    Args:
        below: the rows after it, by which a row of data that counts by chance is told apart.
    """
    cells = [cell.strip() for cell in row]
    first = next((place for place, cell in enumerate(cells) if COLUMN_NUMBER.match(cell)), len(cells))
    labels, numbers = cells[:first], [COLUMN_NUMBER.match(cell) for cell in cells[first:]]
    labels = [label.strip("()（）[]〔〕") for label in labels]
    if not below or not all(numbers) or len(numbers) + len(labels) < ROW_OF_NUMBERS:
        return False
    counted = [_number_of(found) for found in numbers if found]
    start = counted[0] if counted else 0
    if counted != list(range(start, start + len(counted))) or start not in (1, len(labels) + 1):
        return False
    letters = "".join(labels)
    below_first = {other[0].strip() for other in below if other}
    if labels == ["栏次"] or labels == ["行次"] or (labels and not letters):
        return len(counted) > 1 and (bool(letters) or any(cell for cell in below_first))
    if labels and any(letters == series[: len(letters)] and len(labels) == len(letters) for series in LETTERED):
        following = {letter for series in LETTERED for letter in series}
        numbered = column_kinds(below, len(cells))[first:]
        odd = "text" in numbered or "date" in numbered  # a number where the rows below have none
        return not below_first & following and (len(labels) > 1 or len(counted) > 2 or odd)
    if labels:
        return False
    kinds = column_kinds(below, len(cells))
    marked = all(found and not found["plain"] for found in numbers)
    return marked or (len(below) > 1 and "text" in kinds[:1] and "number" in kinds[1:])


def _number_of(found: re.Match[str]) -> int:
    sign = found["plain"] or found["marked"] or found["circled"]
    return int(unicodedata.numeric(sign)) if found["circled"] else int(sign)
