"""What the register knew of each unit at the end of each month: kept from the day on that this is installed.

Nothing is reckoned back: of a period whose end was not counted, a report says so and gives the figures of today.
"""

from __future__ import annotations

import datetime as dt

import ckan.model as model

from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.reports.models import Figures

NEAR_THE_END = dt.timedelta(days=3)
"""A count of the last days of a period stands for its end: a timer may miss a day."""


def keep(owner_org: str, today: dt.date, figures: dict[str, int]) -> None:
    """Keep the figures of a unit (id) for this month, in place of an earlier count of it; the caller commits."""
    month = today.strftime("%Y-%m")
    row = model.Session.get(Figures, (owner_org, month)) or Figures(owner_org=owner_org, month=month)
    row.day, row.figures = today, figures
    model.Session.add(row)


def find(owner_org: str, period: str) -> Figures | None:
    """The figures of a unit (id) at the end of a month or a year; None where they were not kept."""
    end = periods.last_day(period)
    if end is None:
        return None
    row = model.Session.get(Figures, (owner_org, end.strftime("%Y-%m")))
    return row if row is not None and end - row.day < NEAR_THE_END else None
