"""Quarters of a year, as ``2027Q1``: by which something is planned. Imports nothing of CKAN."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

WRITTEN = re.compile(r"(20\d\d)(?:-?Q([1-4])|年第?([1-4一二三四])季度?)", re.IGNORECASE)
CHINESE = {"一": 1, "二": 2, "三": 3, "四": 4}
CODE = re.compile(r"20\d\dQ[1-4]")
AHEAD = 12
"""Quarters that a form offers, from the one at hand on."""


def read(text: str) -> str | None:
    """Return the code of a quarter as people write it; None for what is none.

    >>> read("2027Q1"), read("2027 年一季度"), read("2027年第3季度"), read("2027-q4"), read("明年")
    ('2027Q1', '2027Q1', '2027Q3', '2027Q4', None)
    """
    found = WRITTEN.fullmatch(re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
    if found is None:
        return None
    number = found[2] or found[3]
    return f"{found[1]}Q{CHINESE.get(number, number)}"


def of_day(day: dt.date) -> str:
    """Return the quarter of a day.

    >>> of_day(dt.date(2026, 11, 30))
    '2026Q4'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def last_day(code: str) -> dt.date:
    """Return the last day of a quarter.

    >>> last_day("2026Q4"), last_day("2027Q1")
    (datetime.date(2026, 12, 31), datetime.date(2027, 3, 31))
    """
    year, number = int(code[:4]), int(code[5])
    following = dt.date(year + 1, 1, 1) if number == 4 else dt.date(year, number * 3 + 1, 1)
    return following - dt.timedelta(days=1)


def list_ahead(day: dt.date) -> list[str]:
    """Return the quarters that a plan may name, that of a day first."""
    year, number = day.year, (day.month - 1) // 3
    return [f"{year + (number + step) // 4}Q{(number + step) % 4 + 1}" for step in range(AHEAD)]
