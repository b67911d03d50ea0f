"""From one number, year or day to another: which cells of a column lie in it. Imports nothing of CKAN."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
TIME = r"(?:[T ][0-9:.]{4,15}(?:Z|[+-][0-9:]{4,6})?)?"
PERIODS = tuple(
    re.compile(pattern)
    for pattern in (
        r"([0-9]{4})(?:年|\.0+)?()()",
        r"((?:18|19|20|21)[0-9]{2})([0-9]{2})(?:([0-9]{2})(?:[0-9]{4}(?:[0-9]{2})?|" + TIME + r"))?(?:\.0+)?",
        r"([0-9]{4})年([0-9]{1,2})月(?:([0-9]{1,2})[日号]" + TIME + r")?",
        r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})" + TIME + r")?",
        r"([0-9]{4})/([0-9]{1,2})(?:/([0-9]{1,2})" + TIME + r")?",
    )
)
"""A year, a month or a day, also as ``202305`` and ``20230501``; the time of the day does not count."""

LAST_YEAR = 2199
"""The last year that is meant as one where it could be an amount as well."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a text says: a number, the days from the first to the last of a period, or both, as a year does."""

    number: Decimal | None
    first: dt.date | None
    last: dt.date | None


def read_value(text: str) -> Value | None:
    """Return what can be compared in a text: a number, a year, a month or a day; None of any other.

    Months and days as ``2023-05-01``, ``2023/5/1``, ``2023年5月1日`` or ``20230501``, which is a number as well.
    """
    text = text.strip()
    number = Decimal(text) if NUMBER.fullmatch(text) else None
    period = next((found for pattern in PERIODS if (found := pattern.fullmatch(text))), None)
    days = _find_days(*period.groups()) if period else None
    if number is None and days is None:
        return None
    return Value(number, *(days or (None, None)))


def _find_days(year: str, month: str | None, day: str | None) -> tuple[dt.date, dt.date] | None:
    try:
        first = dt.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return first, first
    if month:
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return first, first.replace(month=12, day=31)


@dataclass(frozen=True, slots=True)
class Range:
    """From ``least`` to ``most``, both within it; None for no bound. One of the two is there."""

    least: str | None = None
    most: str | None = None

    def holds(self, cell: str) -> bool:
        """Return whether a cell lies in the range; what cannot be compared with its bounds does not.

        A year or month lies in it with all its days: 2023 does not lie in what begins on 2023-05-01.
        """
        value = read_value(cell)
        if value is None:
            return False
        return all(
            bound is None or _is_within(value, bound, above=above)
            for bound, above in ((self.least, True), (self.most, False))
        )


def _is_within(value: Value, bound: str, *, above: bool) -> bool:
    limit = read_value(bound)
    if limit is None:
        return False
    by_number = by_days = None
    if value.number is not None and limit.number is not None:
        by_number = value.number >= limit.number if above else value.number <= limit.number
    if value.first is not None and value.last is not None and limit.first is not None and limit.last is not None:
        by_days = value.first >= limit.first if above else value.last <= limit.last
        if by_number is not None and limit.first.year > LAST_YEAR:
            by_days = None
    # 20190101 is a number above 2023 and a day before it: nothing tells which is meant, so that both must hold.
    results = [one for one in (by_number, by_days) if one is not None]
    return bool(results) and all(results)


def from_api(bounds: Any) -> Range | None:
    """Return the range that ``{"from": …, "to": …}`` means, one of them at least; None of what means none."""
    if not isinstance(bounds, Mapping) or not bounds or set(bounds) - {"from", "to"}:
        return None
    texts = [bounds.get(name) for name in ("from", "to")]
    if any(text is not None and not isinstance(text, str) for text in texts):
        return None
    least, most = (text.strip() if text and text.strip() else None for text in texts)
    if (least is None and most is None) or any(one is not None and read_value(one) is None for one in (least, most)):
        return None
    if least is not None and most is not None and not (Range(None, most).holds(least) or Range(least).holds(most)):
        return None
    return Range(least, most)


def to_api(one: Range) -> dict[str, str]:
    """Return a range as JSON keeps it: ``from`` and ``to``, those that are there."""
    return {name: bound for name, bound in (("from", one.least), ("to", one.most)) if bound is not None}
