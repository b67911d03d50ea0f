"""What a cell looks like.

A code is not a number: an 18-digit identity number loses its end as a float, a division code with a leading zero its
beginning, ``1E02`` is a flat and no hundred.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from ckanext.nxopendata.core.tabular.values import dates

LONGEST = 40
"""Characters of a cell that can be more than text."""

MOST_DIGITS = 17
"""Digits of a decimal that every export keeps."""

SAFE_DIGITS = 15
"""Digits that a float, and Excel, keep."""

MISSING = frozenset(
    [
        "-",
        "--",
        "—",
        "——",
        "－",
        "–",
        "/",
        "…",
        "……",
        "...",
        "......",
        "n/a",
        "na",
        "null",
        "none",
        "(null)",
        "\\n",
        "nan",
        "nil",
        "#n/a",
        "#n/a!",
        "#null!",
        "#div/0!",
        "#value!",
        "#ref!",
        "#name?",
        "#num!",
        ".",
        "*",
        "**",
        "***",
        "×",
        "无",
        "暂无",
        "不详",
        "缺失",
        "缺测",
        "暂缺",
        "未统计",
    ]
)
"""Words for nothing in a column of numbers or dates; in a column of text they stay what they are."""

UNITS = (
    "万人次|亿人次|人次|万人|亿元|万元|千元|百元|美元|万吨|亿吨|千瓦时|万千瓦|平方公里|平方千米|平方米|立方米|公里|千米|公顷"
    "|毫米|厘米|千克|公斤|万亩|万户|万辆|人|元|吨|亩|户|个|家|辆|件|米|克|岁|天|小时|分钟|次|度|km|kg|mm|cm|m2|m3|mg/l|μg/m3|℃|°C|‰"
)
INT = re.compile(r"[+-]?\d+\Z")
NUM = re.compile(r"[+-]?(\d+\.\d*|\.\d+)\Z")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+\Z")
SURE_COMMA = re.compile(r"[+-]?(0,\d|\d{1,3}(\.\d{3})+,)")
"""A decimal comma for certain: no list of numbers begins with 0, or has points in groups."""

SCIENTIFIC = re.compile(r"[+-]?(?:\d\.\d+[eE][+-]?|\d+[eE][+-])(\d{1,3})\Z")
MEASURE = re.compile(rf"([+-]?(?:\d+(?:\.\d+)?|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?))\s*({UNITS})\Z")
CURRENCY = re.compile(
    r"([+-]?)\s*(HK\$|US\$|NT\$|[$¥€£₩]|CNY|RMB|USD|EUR|HKD)\s*([+-]?(?:\d+(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?))\Z"
)
"""An amount behind the sign of its currency."""

PHONE_DIGITS = 7
LARGEST_EXPONENT = 60

NUMERIC = frozenset({"int", "num", "group", "groupnum", "list"})


@lru_cache(maxsize=20_000)
def normalize(cell: str) -> str:
    """Return a cell in half-width signs, with a hyphen for the sign of minus."""
    text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    return text.replace("−", "-").strip()


@lru_cache(maxsize=100_000)
def classify(cell: str) -> str:
    """What a cell looks like.

    Returns:
        ``int``, ``num``; ``group`` (1,993,088), ``groupnum`` (1,234.50), ``list`` (101,102: digits in groups that may
        be a list of numbers); ``comma`` (0,5 or 1.234,50: a decimal comma), ``maybe_comma`` (1,5: or a list); ``long``
        (digits that are no number: it would lose some); ``percent``, ``unit:`` and the unit or currency; a date as
        :func:`dates.classify_date` names it; ``missing``, ``empty`` or ``text``. Full-width digits count as digits.
    """
    if not cell:
        return "empty"
    if len(cell) > LONGEST:
        return "text"
    value = normalize(cell)
    if not value:
        return "empty"
    if value.lower() in MISSING:
        return "missing"
    if not any(map(str.isdigit, value)):
        return "text" if not dates.CHINESE.match(value) else dates.classify_date(value) or "text"
    return _classify_number(value) or dates.classify_date(value) or "text"


def _classify_number(value: str) -> str:
    if INT.match(value):
        return "long" if _loses_digits(value) else "int"
    if NUM.match(value):
        return "long" if _loses_digits(value) else "num"
    if GROUPED.match(value):
        if value.lstrip("+-").startswith("0"):
            return "text"
        if sum(map(str.isdigit, value)) > SAFE_DIGITS:
            return "long"
        if "." in value:
            return "groupnum"
        return "list" if _may_be_list(value) else "group"
    if COMMA.match(value) and sum(map(str.isdigit, value)) <= SAFE_DIGITS:
        return "comma" if SURE_COMMA.match(value) else "maybe_comma"
    if match := SCIENTIFIC.match(value):
        return "num" if int(match[1]) <= LARGEST_EXPONENT else "text"
    if value.endswith("%"):
        number = value[:-1].strip()
        return "percent" if INT.match(number) or NUM.match(number) or GROUPED.match(number) else ""
    if match := MEASURE.match(value):
        return "unit:" + match[2]
    if match := CURRENCY.match(value):
        return "unit:" + match[2]
    return ""


def _loses_digits(value: str) -> bool:
    """Whether digits are a code: a leading zero, more digits than a number keeps, a plus before a telephone number."""
    digits = value.lstrip("+-")
    if digits[0] == "0" and digits[1:2].isdecimal():
        return True
    if value[0] == "+" and len(digits) >= PHONE_DIGITS and "." not in digits:
        return True
    if "." in digits:
        return sum(map(str.isdigit, digits)) > MOST_DIGITS
    return len(digits) > SAFE_DIGITS


def _may_be_list(value: str) -> bool:
    """Whether groups rise, as numbers of rooms or bus lines in a list do; those of a number fall as often as not."""
    groups = [int(group) for group in value.lstrip("+-").split(",")]
    if any(len(group) == 3 and group[0] == "0" for group in value.split(",")[1:]):
        return False
    return all(left < right for left, right in pairwise(groups))
