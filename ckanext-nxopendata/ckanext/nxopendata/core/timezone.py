"""China's clock, and the two forms of time that the databases hold."""

from __future__ import annotations

import datetime as dt
import os

CHINA = dt.timezone(dt.timedelta(hours=8))
"""The one time zone of China, without daylight saving time."""

TODAY_VARIABLE = "NX_REGISTER_TODAY"
"""The environment variable that sets the day (YYYY-MM-DD), for rehearsals and tests."""


def now() -> dt.datetime:
    """Return the moment, with its zone (UTC)."""
    return dt.datetime.now(dt.UTC)


def utc_now() -> dt.datetime:
    """Return the moment in UTC without a zone, as CKAN stores times."""
    return now().replace(tzinfo=None)


def to_china(moment: dt.datetime) -> dt.datetime:
    """Return a moment as CKAN stores it, in UTC without a zone, by China's clock."""
    return moment.replace(tzinfo=dt.UTC).astimezone(CHINA)


def today() -> dt.date:
    """Return the day by China's clock, or the one that :data:`TODAY_VARIABLE` sets."""
    fixed = os.environ.get(TODAY_VARIABLE)
    return dt.date.fromisoformat(fixed) if fixed else now().astimezone(CHINA).date()
