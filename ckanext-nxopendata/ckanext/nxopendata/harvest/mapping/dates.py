"""Days and periods in the ways that departments write them."""

from __future__ import annotations

import calendar
import datetime as dt
import email.utils
import re
from collections.abc import Sequence
from typing import Any

from ckanext.nxopendata.core.timezone import CHINA, today
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.values import is_nothing, show, to_text


def as_date(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a day that is not in the future as CCYY-MM-DD, by China's clock."""
    taken = None
    for value in values:
        written = to_text(value)
        day = parse_day(written)
        if day is None:
            report("date_unreadable", value=written[:100] or show(value)[:100])
        elif day > today():
            report("date_in_future", value=written[:100])
        elif taken is None:
            taken = day.isoformat()
        elif day.isoformat() != taken:
            report.leave(written)
    return taken


def as_period(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a day, month or year as ISO 8601 at the precision it was written in."""
    taken = None
    for value in values:
        written = to_text(value)
        found = parse_period(written)
        if found is None:
            if not is_nothing(written):
                report("date_unreadable", value=written[:100])
        elif taken is None:
            taken = found
        elif found != taken:
            report.leave(written)
    return taken


def as_period_start(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return where the earliest of the periods begins: of texts that hold a whole period, or of its first half."""
    return _bound(values, report, 0, min)


def as_period_end(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return where the latest of the periods ends."""
    return _bound(values, report, 1, max)


def _bound(values: Sequence[Any], report: FieldReport, side: int, choose: Any) -> str | None:
    found: list[str] = []
    for value in values:
        written = to_text(value)
        halves = split_period(written)
        text = halves[side]
        if day := parse_period(text):
            found.append(day)
        elif not is_nothing(text) and text != "..":
            report("date_unreadable", value=written[:100])
    if not found:
        return None
    taken = choose(found)
    for other in dict.fromkeys(found):
        if other != taken:
            report.leave(other)
    return taken


_DCMI = re.compile(r"(start|end)\s*=\s*([^;]+)", re.IGNORECASE)
_BETWEEN = re.compile(r"(?<!\s)\s++-\s++|(?:(?<!\s)\s++)?+(?:/|至|到|—++|–|~|～|\bto\b)\s*+")


_DURATION = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T[\dHMS.]+)?", re.IGNORECASE)


def _after(written: str, length: re.Match[str], sign: int = 1) -> str:
    """Return the day that lies so long after (or before) another, "" when that is none."""
    day = parse_day(written)
    years, months, weeks, days = (int(number or 0) for number in length.groups())
    if day is None:
        return ""
    year, month = divmod(day.year * 12 + day.month - 1 + sign * (years * 12 + months), 12)
    try:
        moved = dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
        return (moved + sign * dt.timedelta(days=weeks * 7 + days)).isoformat()
    except (ValueError, OverflowError):
        return ""


def split_period(written: str) -> tuple[str, str]:
    """Split a text into where a period begins and ends; a text that is no period stands for both.

    Understood are ISO 8601 intervals (``2020/2021``, ``2020-01-01/P1Y``), DCMI periods (``start=2020; end=2021;``),
    and ``2020年至2021年``.
    """
    if named := {key.lower(): value.strip() for key, value in _DCMI.findall(written)}:
        return named.get("start", ""), named.get("end", "")
    halves = _BETWEEN.split(written)
    if len(halves) == 2 and not re.fullmatch(r"\d{4}/\d{1,2}", written):
        start, end = halves[0].strip(), halves[1].strip()
        if length := _DURATION.fullmatch(end):
            return start, _after(start, length) or end
        if length := _DURATION.fullmatch(start):
            return _after(end, length, -1) or start, end
        return "" if start.startswith("R") else start, end
    return written, written


def parse_period(written: str) -> str | None:
    """Parse a day, month or year; None for anything else."""
    written = written.strip()
    if found := re.fullmatch(r"(\d{4})年?(?:[zZ]|[+-]\d\d:\d\d)?", written, re.ASCII):
        return found[1]
    if found := re.fullmatch(r"(\d{4})[-./年](\d{1,2})月?(?:[zZ]|[+-]\d\d:\d\d)?", written, re.ASCII):
        return f"{found[1]}-{int(found[2]):02}" if 1 <= int(found[2]) <= 12 else None
    day = parse_day(written)
    return day.isoformat() if day else None


def parse_last_day(written: str) -> dt.date | None:
    """Parse a day, or the last one of a month or year; of a day that reads in two ways (``6/1/2030``) the later."""
    written = written.strip()
    if found := re.fullmatch(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})", written, re.ASCII):
        first, second, year = map(int, found.groups())
        return max(filter(None, (_valid_day(year, first, second), _valid_day(year, second, first))), default=None)
    period = parse_period(written)
    if period is None or len(period) == 10:
        return dt.date.fromisoformat(period) if period else None
    year, month = int(period[:4]), int(period[5:] or 12)
    return _valid_day(year, month, calendar.monthrange(year, month)[1]) if year else None


def parse_day(written: str) -> dt.date | None:
    """Parse a day in the ways that departments write one; None for a month, a quarter or anything unclear."""
    written = written.strip()
    numbers = r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:\s+[\d:.]+)?"
    if found := re.fullmatch(numbers, written, re.ASCII):
        return _valid_day(*map(int, found.groups()))
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written, re.ASCII):
        return _valid_day(*map(int, found.groups()))
    if re.fullmatch(r"[2-6]\d{4}", written, re.ASCII):  # a spreadsheet's serial number, 1954 to 2091
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(written))
    if found := re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[zZ]|[+-]\d\d:?\d\d)", written, re.ASCII):  # xsd:date with a zone
        written = found[1]
    try:
        moment = dt.datetime.fromisoformat(written)
        return (moment.astimezone(CHINA) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        pass
    try:
        moment = email.utils.parsedate_to_datetime(written)
        return (moment.astimezone(CHINA) if moment.tzinfo else moment).date()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _valid_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
