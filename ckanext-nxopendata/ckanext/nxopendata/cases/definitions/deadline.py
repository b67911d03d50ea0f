"""By when a case has to be answered: working days, stopped while somebody else is asked, extended once. No CKAN."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ckanext.nxopendata.cases.definitions.kind import OPEN, WAITING, Kind
from ckanext.nxopendata.core.calendar.workdays import Calendar, Deadline


@dataclass(frozen=True, slots=True)
class Move:
    """A step that was taken: the day by China's clock, the state that it led to, and whether it extended the limit."""

    day: dt.date
    state: str
    extends: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How the clock of a case stands.

    Attributes:
        clock: name of the limit that counts now; "" where none does.
        due: the last day; of a stopped clock the last day if it ran on from the day it was asked for. None without one.
        stopped: whether it waits for somebody else than the department.
        used: working days that have been used up when the clock was started or stopped last.
        limit: working days in all, with the extension.
        extended: whether this limit was extended.
        unknown_years: years whose arrangement of holidays is not known.
        reply_due: the last day on which the applicant, who was asked, answers in time; None where nobody asked.
    """

    clock: str = ""
    due: dt.date | None = None
    stopped: bool = False
    used: int = 0
    limit: int = 0
    extended: bool = False
    unknown_years: tuple[int, ...] = ()
    reply_due: dt.date | None = None


def count_workdays(calendar: Calendar, after: dt.date, until: dt.date) -> int:
    """Count the working days after one day, up to another, which counts."""
    days = (until - after).days
    return sum(calendar.is_workday(after + dt.timedelta(days=number)) for number in range(1, days + 1))


def find_standing(kind: Kind, moves: Iterable[Move], calendar: Calendar) -> Standing:
    """Return how the clock stands after the moves.

    The day after receipt is day 1. The day on which somebody else is asked counts, the days after it do not, until the
    day after the answer. A state with another clock begins that one.

    Args:
        moves: in the order in which they were made; the first leads to the start.
    """
    clock, used, limit, extended = "", 0, 0, False
    running_since: dt.date | None = None
    last = None
    for move in moves:
        state = kind.state_by_name[move.state]
        if running_since is not None:
            used += count_workdays(calendar, running_since, move.day)
            running_since = None
        if state.phase not in (OPEN, WAITING):
            clock, used, limit, extended = "", 0, 0, False
        elif state.clock != clock:
            clock, used, limit, extended = state.clock, 0, kind.clock_by_name[state.clock].days, False
        if move.extends and clock and not extended:
            limit, extended = limit + kind.clock_by_name[clock].extension, True
        if state.phase == OPEN:
            running_since = move.day
        last = (state, move.day)
    if last is None or not clock:
        return Standing()
    state, day = last
    # More days than the limit has passed: it ended before the last move.
    end = calendar.after(day, limit - used) if used <= limit else _find_past_end(calendar, day, used - limit)
    reply_due = calendar.after(day, state.answer_within).day if state.answer_within else None
    return Standing(clock, end.day, state.phase == WAITING, used, limit, extended, end.unknown_years, reply_due)


def _find_past_end(calendar: Calendar, day: dt.date, late: int) -> Deadline:
    """Return the working day that lies ``late`` working days before a day."""
    while late > 0 or not calendar.is_workday(day):
        late -= calendar.is_workday(day)
        day -= dt.timedelta(days=1)
    return Deadline(day)
