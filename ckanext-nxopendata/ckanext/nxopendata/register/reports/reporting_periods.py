"""The rounds of reporting: what month or year is asked about, by when. Plain module.

``schemas/register/rounds.yaml`` holds the days, as the plan gives them (part three, two).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

FILE = resources.files("ckanext.nxopendata.schemas") / "register" / "rounds.yaml"
MONTHLY, ANNUAL = "monthly", "annual"
KINDS = (MONTHLY, ANNUAL)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of reporting.

    Attributes:
        kind: ``monthly`` or ``annual``.
        period: what it is about, ``2026-10`` or ``2026``.
        asked: the day on which the units are asked.
        due: the last day to report.
        summary: the day by which the office's summary goes up.
    """

    kind: str
    period: str
    asked: dt.date
    due: dt.date
    summary: dt.date


class NoSuchRoundError(ValueError):
    """The kind is unknown, or the period is not a month (a year) as ISO 8601 writes it."""


def find_round(kind: str, period: str) -> Round:
    """The round about a month (``2026-10``) or a year (``2025``).

    Raises:
        NoSuchRound: there is none.

    >>> of("monthly", "2026-10").due.isoformat(), of("annual", "2025").summary.isoformat()
    ('2026-11-02', '2027-02-28')
    """
    rules = _rules().get(kind)
    if rules is None:
        raise NoSuchRoundError(kind)
    try:
        if kind == MONTHLY:
            about = dt.date.fromisoformat(f"{period}-01")
            if about.strftime("%Y-%m") != period:
                raise NoSuchRoundError(period)
            year, month = _months_on(about.year, about.month, rules["covers"])
        else:
            year, month = dt.date.fromisoformat(f"{period}-01-01").year + rules["covers"], 1
    except ValueError as problem:
        raise NoSuchRoundError(period) from problem
    return Round(kind, period, *(_day(rules[name], year, month) for name in ("asked", "due", "summary")))


def latest(kind: str, today: dt.date) -> Round:
    """The round that was asked last, on ``today`` or before.

    >>> latest("monthly", dt.date(2026, 11, 1)).period, latest("annual", dt.date(2026, 11, 30)).period
    ('2026-10', '2024')
    """
    covers = _rules()[kind]["covers"]
    for back in (0, 1):
        if kind == MONTHLY:
            year, month = _months_on(today.year, today.month, -covers - back)
            found = find_round(kind, f"{year:04d}-{month:02d}")
        else:
            found = find_round(kind, f"{today.year - covers - back:04d}")
        if found.asked <= today:
            break
    return found


def _months_on(year: int, month: int, months: int) -> tuple[int, int]:
    whole = year * 12 + month - 1 + months
    return whole // 12, whole % 12 + 1


def _day(rule: Mapping[str, Any], year: int, month: int) -> dt.date:
    year += bool(rule.get("next_year"))
    month = rule.get("month", month)
    return dt.date(year, month, min(rule["day"], calendar.monthrange(year, month)[1]))


@cache
def _rules() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
