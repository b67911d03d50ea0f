"""Dates as departments write them, as exact as they are written."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?\Z")
MONTH = re.compile(r"(\d{4})\s*(?:[-/]|年)\s*(\d{1,2})\s*月?\Z")
COMPACT_MONTH = re.compile(r"((?:19|20)\d\d)\.?(0[1-9]|1[0-2])\Z")
"""202305 and 2023.05: a month only where the header of the column says so."""

YEAR = re.compile(r"(\d{4})\s*年度?\Z")
STAMP = re.compile(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\Z")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
REPUBLIC = re.compile(r"(?:中华)?民国\s*(\d{1,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\Z")
CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日\Z"
)
ZERO = re.compile(r"(0000-0?0-0?0|\d{4}-00-\d\d|\d{4}-\d\d-00)([ T][\d:.]+)?\Z")
"""How MySQL writes no date, or one without day or month."""

FIRST_YEAR_OF_REPUBLIC = 1911
DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}


@lru_cache(maxsize=50_000)
def classify_date(value: str) -> str:
    """What date a text is: ``day``, ``month``, ``year``, ``stamp``, ``zero``, ``dmy`` (its day is above 12), ``mdy``
    (its second number is), ``dm`` (either way round), or "" for none.
    """
    if match := SLASHED.match(value):
        first, second, _ = map(int, match.groups())
        if not min(first, second) >= 1 or max(first, second) > 31 or min(first, second) > 12:
            return ""
        return "dmy" if first > 12 else "mdy" if second > 12 else "dm"
    if ZERO.match(value):
        return "zero"
    for name, pattern in (("day", DAY), ("month", MONTH), ("year", YEAR), ("stamp", STAMP)):
        if match := pattern.match(value):
            return name if _exists(name, [int(part) for part in match.groups()[:6] if part]) else ""
    if REPUBLIC.match(value) or CHINESE.match(value):
        return "day" if to_iso_date(value) != value else ""
    return ""


def _exists(name: str, parts: list[int]) -> bool:
    try:
        if name == "stamp":
            year, month, day, hour, *rest = [*parts, 0, 0][:6]
            dt.date(year, month, day)
            return (hour < 24 and max(rest) < 60) or (hour == 24 and not any(rest))
        dt.date(*[*parts, 1, 1][:3])
    except (ValueError, TypeError):
        return False
    return True


@lru_cache(maxsize=20_000)
def is_compact_day(value: str) -> bool:
    """Whether eight digits are a day of the years 1900 to 2099."""
    return (
        len(value) == 8
        and value[:2] in ("19", "20")
        and value.isdecimal()
        and _exists("day", [int(value[:4]), int(value[4:6]), int(value[6:])])
    )


@lru_cache(maxsize=20_000)
def to_iso_date(value: str) -> str:
    """A date as exact as it was written: ``2023-05-01``, ``2023-05`` or ``2023``; other text as it is."""
    for pattern in (DAY, MONTH, YEAR, COMPACT_MONTH):
        if match := pattern.match(value):
            return "-".join(part.zfill(2) for part in match.groups())
    if match := REPUBLIC.match(value):
        year, month, day = map(int, match.groups())
        return _join(year + FIRST_YEAR_OF_REPUBLIC, month, day) or value
    if match := CHINESE.match(value):
        year, month, day = match.groups()
        return _join(int("".join(str(DIGITS[sign]) for sign in year)), _small(month), _small(day)) or value
    return value


def slashed_to_iso(value: str, order: str) -> str:
    """``13/02/2023`` in ISO 8601; ``order`` is ``dmy`` or ``mdy``."""
    match = SLASHED.match(value)
    if not match:
        return value
    first, second, year = match.groups()
    day, month = (first, second) if order == "dmy" else (second, first)
    return f"{year}-{month:0>2}-{day:0>2}"


def stamp_to_iso(value: str) -> str:
    """A date and time in ISO 8601; 24:00 is the beginning of the next day."""
    match = STAMP.match(value)
    if not match:
        return to_iso_date(value)
    year, month, day, hour, minute, second, rest = match.groups()
    if hour == "24":
        following = dt.date(int(year), int(month), int(day)) + dt.timedelta(days=1)
        return f"{following.isoformat()} 00:00:00"
    return f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minute}:{second or '00'}{'.' + rest if rest else ''}"


def _join(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _small(text: str) -> int:
    """A Chinese number up to 99."""
    tens, ten, ones = text.rpartition("十")
    units = DIGITS.get(ones, 0)
    return units if not ten else (DIGITS.get(tens, 0) if tens else 1) * 10 + units
