"""navl validators of the register; ``schemas/system.yaml`` and ``project.yaml`` name them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.clock import today

__all__ = ["nx_past_period", "nx_period"]


def nx_period(value: Any) -> str:
    """A year, a month or a day; stored as ISO 8601 in that precision."""
    try:
        return periods.parse(str(value))
    except periods.NotAPeriod:
        raise tk.Invalid(tk._('"%s" is not a date: write 2015, 2015-06 or 2015-06-01') % value) from None


def nx_past_period(value: Any) -> str:
    """The same, not in the future."""
    period = nx_period(value)
    if (periods.first_day(period) or dt.date.min) > today():
        raise tk.Invalid(tk._("The date must not be in the future"))
    return period
