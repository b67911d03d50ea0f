"""The time that a text says its numbers are of. Plain module."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

CENSUSES = (
    (re.compile(r"第?七次(?:全国)?人口普查|七人?普|seventh (?:national )?population census"), "2020-11-01"),
    (re.compile(r"第?六次(?:全国)?人口普查|六人?普|sixth (?:national )?population census"), "2010-11-01"),
)
CENSUS = re.compile(r"人口普查(?:数据|结果|公报)?|(?<=年)普查|普查(?=常住|人口)|\bcensus\b")
"""A census without its number: that of the year named, the last one where none is."""

RANGE = re.compile(r"(?:19|20)\d\d\s*年?\s*(?:[-—–~至到]|and|to)+\s*(?:19|20)\d\d\s*年?|近\d+年|历年|十年")
DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_./年]\s*(1[0-2]|0?[1-9])(?:[-_./月]\s*(3[01]|[12]\d|0?[1-9])日?|月份?)?|年度?|(?!\d))"
)
RELATIVE = {"今年": 0, "本年": 0, "this year": 0, "去年": 1, "上年": 1, "last year": 1, "前年": 2}
LATEST = re.compile(r"最新|目前|现在|当前|最近|现|latest|current(?:ly)?|now|today")
UNCLEAR = "?"
"""A period that is none: several years, or one of which it is not known which."""


def take_period(text: str, this_year: int) -> tuple[str, str]:
    """Return the period that a question names (``2020``, ``2020-11``, ``2020-11-01``, "" or ``UNCLEAR``), and the rest.

    >>> take_period("2020年11月固原市人口", 2026), take_period("2015到2020年人口", 2026)
    (('2020-11', ' 固原市人口'), ('?', ' 人口'))
    """
    if RANGE.search(text):
        return UNCLEAR, RANGE.sub(" ", text)
    for pattern, day in CENSUSES:
        if pattern.search(text):
            rest = DAY.sub(" ", pattern.sub(" ", text))
            named = {match[1] for match in DAY.finditer(text)}
            return (day if named <= {day[:4]} else UNCLEAR), rest
    if CENSUS.search(text):
        named = {match[1] for match in DAY.finditer(text)}
        days = [day for _, day in CENSUSES if named <= {day[:4]}]
        rest = CENSUS.sub(lambda word: " 人口 " if "人口" in word[0] else " ", text)
        return (days[0] if days else UNCLEAR), DAY.sub(" ", rest)
    found = list(DAY.finditer(text))
    for word, years in RELATIVE.items():
        if word in text:
            return (UNCLEAR if found else str(this_year - years)), text.replace(word, " ")
    if not found:
        return "", LATEST.sub(" ", text)
    periods = {_to_period(match) for match in found}
    return (periods.pop() if len(periods) == 1 else UNCLEAR), DAY.sub(" ", text)


def _to_period(match: re.Match[str]) -> str:
    return "-".join(part.zfill(2) for part in match.groups() if part)


def find_period(text: str) -> str:
    """Return the one period that a header or title names; "" for none or several.

    >>> find_period("常住人口_2020_11_01"), find_period("2010年占全市比重"), find_period("（2015—2021年）")
    ('2020-11-01', '2010', '')
    """
    if RANGE.search(text):
        return ""
    for pattern, day in CENSUSES:
        if pattern.search(text):
            return day
    periods = {_to_period(match) for match in DAY.finditer(text)}
    return periods.pop() if len(periods) == 1 else ""


def strip_period(text: str) -> str:
    """Return a header without the period that it names."""
    return DAY.sub("", text).strip("_ -")


def of_dataset(extras: Mapping[str, Any], title: str) -> str:
    """Return the period of a whole dataset: one that is of one day or year, or whose title names one."""
    start, end = (str(extras.get(f"nx_temporal_{side}") or "")[:10] for side in ("start", "end"))
    if start and end:
        if start == end:
            return start
        return start[:4] if start[:4] == end[:4] else ""
    return find_period(title)


def of_cell(value: Any) -> str:
    """Return the period that a cell of a column of time says; "" for a gap."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    text = str(value if value is not None else "").strip()
    match = DAY.match(text)
    return _to_period(match) if match else ""


def fits(period: str, asked: str) -> bool:
    """Whether a period lies in the one asked for: 2020-11-01 in 2020, and not 2020 in 2020-11."""
    return bool(period) and (period == asked or period.startswith(f"{asked}-"))


def describe_period(period: str, chinese: bool) -> str:
    """Return a period as people write it: 2020年11月1日.

    >>> describe_period("2020-11-01", True), describe_period("2015", True), describe_period("2020-03", False)
    ('2020年11月1日', '2015年', '2020-03')
    """
    if not chinese:
        return period
    parts = [str(int(part)) for part in period.split("-")]
    return "".join(part + sign for part, sign in zip(parts, "年月日", strict=False))
