"""Dates as departments write them: a year, a month or a day. Plain module.

ISO 8601 with the precision that is known (``2015``, ``2015-06``, ``2015-06-01``), which sorts as text within one
precision; :func:`first_day` and :func:`last_day` give the ends.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

DIGITS = {character: str(value) for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ｏ": "0",
}
ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
WRITTEN = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)?")
EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheet dates (the 1900 system)."""


class NotAPeriodError(ValueError):
    """The text is not a year, a month or a day."""


def parse(text: str) -> str:
    """A period from what people write: ``2015年6月``, ``2015.6.1``, ``二〇一五年六月``, ``201506``, ``43028``.

    Returns:
        ISO 8601 in the precision given; "" for an empty text.

    Raises:
        NotAPeriod: it is none, or there is no such day.

    >>> parse("2015年6月"), parse("二〇一五年六月"), parse("2015/6/1"), parse("43028")
    ('2015-06', '2015-06', '2015-06-01', '2017-10-20')
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return ""
    plain = re.sub(r"^(\d{4}-\d\d-\d\d)[T0-9:.]*$", r"\1", plain)
    plain = _arabic(plain)
    if re.fullmatch(r"[2-6]\d{4}", plain):
        return (EPOCH + dt.timedelta(days=int(plain))).isoformat()
    found = WRITTEN.fullmatch(plain) or COMPACT.fullmatch(plain)
    if not found:
        raise NotAPeriodError(text)
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        dt.date(year or 0, month or 1, day or 1)
    except ValueError:
        raise NotAPeriodError(text) from None
    if not 1949 <= (year or 0) <= 2199:
        raise NotAPeriodError(text)
    return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{day:02d}" if day else "")


def _arabic(text: str) -> str:
    """Chinese numerals of a date as digits: 二〇一五年十二月 → 2015年12月."""
    text = "".join(DIGITS.get(character, character) for character in text)
    text = re.sub(r"(?<=\d)十(?=\d)", "", text)
    text = re.sub(r"(?<=\d)十", "0", text)
    return re.sub(r"十(?=\d)", "1", text).replace("十", "10")


def first_day(period: str) -> dt.date | None:
    """The first day of a stored period; None where nothing is known."""
    found = ISO.fullmatch(period or "")
    if not found:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    return dt.date(year, month, day)


def last_day(period: str) -> dt.date | None:
    """The last day of a stored period; None where nothing is known."""
    found = ISO.fullmatch(period or "")
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])


def months_since(period: str, today: dt.date) -> int | None:
    """Whole months from the end of a period to ``today``, 0 at least; None where nothing is known."""
    end = last_day(period)
    if end is None:
        return None
    months = (today.year - end.year) * 12 + today.month - end.month - (today.day < end.day)
    return max(months, 0)


def chinese(period: str) -> str:
    """A stored period as official tables write it: ``2015年6月``; "" where nothing is known."""
    found = ISO.fullmatch(period or "")
    if not found:
        return period or ""
    return "".join(f"{int(part)}{unit}" for part, unit in zip(found.groups(), "年月日", strict=True) if part)
