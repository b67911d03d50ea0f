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
    alone count as free, and pages that show the date say so.
    """

    day: dt.date
    unknown_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Exceptions from the week: day -> whether it is worked."""

    exceptions: Mapping[dt.date, bool]

    def is_workday(self, day: dt.date) -> bool:
        """Return whether ``day`` is worked."""
        return self.exceptions.get(day, day.weekday() < 5)

    def knows(self, year: int) -> bool:
        """Return whether the table has the arrangement of ``year``."""
        return any(day.year == year for day in self.exceptions)

    def after(self, start: dt.date, workdays: int) -> Deadline:
        """Return the day on which ``workdays`` working days have passed; the day of ``start`` does not count."""
        day, left, years = start, workdays, {start.year}
        while left > 0:
            day += DAY
            years.add(day.year)
            left -= self.is_workday(day)
        return Deadline(day, tuple(sorted(year for year in years if not self.knows(year))))


class CalendarError(ValueError):
    """A line of the file is not ``YYYY-MM-DD,0|1,name``; ``line`` is its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class CalendarHeadingError(CalendarError):
    """The first line does not name the columns."""


def read(lines: Iterable[str]) -> Calendar:
    """Read a calendar from the lines of a CSV file.

    Raises:
        CalendarHeadingError: the first line is not ``day,working,name``.
        CalendarError: with the number of the line.
    """
    exceptions: dict[dt.date, bool] = {}
    reader = csv.DictReader(lines)
    if not {"day", "working"} <= set(reader.fieldnames or ()):
        raise CalendarHeadingError(1)
    for number, row in enumerate(reader, start=2):
        try:
            exceptions[dt.date.fromisoformat(row["day"].strip())] = {"1": True, "0": False}[row["working"].strip()]
        except (KeyError, ValueError, AttributeError):
            raise CalendarError(number) from None
    return Calendar(exceptions)


def load(path: str = "") -> Calendar:
    """Return the calendar in the file at ``path``, or the one that is shipped; read again when the file changes."""
    return parse(read_file(path))


def read_file(path: str = "") -> str:
    """Return the lines of the file at ``path``, or of the one that is shipped."""
    return Path(path).read_text(encoding="utf-8-sig") if path else PACKAGED.read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def parse(lines: str) -> Calendar:
    """Read a calendar from the text of a CSV file; what was read is remembered.

    Raises:
        CalendarError: with the number of the line.
    """
    return read(lines.splitlines())
