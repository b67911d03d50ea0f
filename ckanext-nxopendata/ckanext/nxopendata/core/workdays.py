"""Working days by the State Council's yearly arrangement, which an operator keeps in a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

PACKAGED = resources.files("ckanext.nxopendata.schemas") / "calendar" / "workdays.csv"
"""``day,working,name``: the days that differ from their place in the week; ``working`` is 1 or 0."""

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period in working days.

    ``unknown_years`` are the years it touches whose arrangement the table lacks: there, Saturdays and Sundays
    alone count as free, and whoever shows the date says so.
    """

    day: dt.date
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Exceptions from the week: day -> whether it is worked."""

    exceptions: Mapping[dt.date, bool]

    def is_workday(self, day: dt.date) -> bool:
        """Whether ``day`` is worked."""
        return self.exceptions.get(day, day.weekday() < 5)

    def knows(self, year: int) -> bool:
        """Whether the table has the arrangement of ``year``."""
        return any(day.year == year for day in self.exceptions)

    def after(self, start: dt.date, workdays: int) -> Deadline:
        """The day on which ``workdays`` working days have passed; the day of ``start`` does not count."""
        day, left, years = start, workdays, {start.year}
        while left > 0:
            day += DAY
            years.add(day.year)
            left -= self.is_workday(day)
        return Deadline(day, tuple(sorted(year for year in years if not self.knows(year))))


class MalformedCalendar(ValueError):
    """A line of the file is not ``YYYY-MM-DD,0|1,name``; ``line`` is its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class NoHeading(MalformedCalendar):
    """The first line does not name the columns."""


def read(lines: Iterable[str]) -> Calendar:
    """A calendar from the lines of a CSV file.

    Raises:
        NoHeading: the first line is not ``day,working,name``.
        MalformedCalendar: with the number of the line.
    """
    exceptions: dict[dt.date, bool] = {}
    reader = csv.DictReader(lines)
    if not {"day", "working"} <= set(reader.fieldnames or ()):
        raise NoHeading(1)
    for number, row in enumerate(reader, start=2):
        try:
            exceptions[dt.date.fromisoformat(row["day"].strip())] = {"1": True, "0": False}[row["working"].strip()]
        except (KeyError, ValueError, AttributeError):
            raise MalformedCalendar(number) from None
    return Calendar(exceptions)


def load(path: str = "") -> Calendar:
    """The calendar in the file at ``path``, or the one that is shipped; read again when the file changes."""
    return parsed(text(path))


def text(path: str = "") -> str:
    """The lines of the file at ``path``, or of the one that is shipped."""
    return Path(path).read_text(encoding="utf-8-sig") if path else PACKAGED.read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def parsed(lines: str) -> Calendar:
    """A calendar from the text of a CSV file.

    Raises:
        MalformedCalendar: with the number of the line.
    """
    return read(lines.splitlines())
