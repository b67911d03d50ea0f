"""Days and periods in the ways that departments write them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.harvest.mapping.rules import FieldReport, Rule
from ckanext.nxopendata.harvest.mapping.texts import to_text


def as_date(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a day as CCYY-MM-DD, by China's clock."""
    written = to_text(values[0])
    day = parse_day(written)
    if day is None:
        report("date_unreadable", value=written[:100])
        return None
    return day.isoformat()


def as_period(values: Sequence[Any], _rule: Rule, report: FieldReport) -> str | None:
    """Return a day, month or year as ISO 8601 at the precision it was written in."""
    written = to_text(values[0])
    if found := re.fullmatch(r"(\d{4})年?", written):
        return found[1]
    if found := re.fullmatch(r"(\d{4})[-./年](\d{1,2})月?", written):
        return f"{found[1]}-{int(found[2]):02}"
    day = parse_day(written)
    if day is None:
        report("date_unreadable", value=written[:100])
    return day.isoformat() if day else None


def parse_day(written: str) -> dt.date | None:
    """Parse a day in the ways that departments write one; None for a month, a quarter or anything unclear."""
    written = written.strip()
    if found := re.fullmatch(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(?:\s+[\d:.]+)?", written):
        return _valid_day(*map(int, found.groups()))
    if found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written):
        return _valid_day(*map(int, found.groups()))
    if re.fullmatch(r"[2-6]\d{4}", written):  # a spreadsheet's serial number, 1954 to 2091
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(written))
    try:
        moment = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return (moment.astimezone(CHINA) if moment.tzinfo else moment).date()


def _valid_day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
