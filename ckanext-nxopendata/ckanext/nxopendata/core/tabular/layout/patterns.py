"""How rows that are not data look: titles, units, notes, totals."""

from __future__ import annotations

import re
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
