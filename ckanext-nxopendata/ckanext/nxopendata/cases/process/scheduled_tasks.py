"""What the cases do by the clock."""

from __future__ import annotations

import ckan.model as model

from ckanext.nxopendata.cases.process import reminders
from ckanext.nxopendata.core.scheduler import schedule


def schedule_tasks() -> None:
    """End agreements, compute limits anew and remind, once a day."""
    schedule("15 0 * * *", "cases daily", run_daily)


def run_daily() -> dict[str, int]:
    """End what time has ended, compute limits by the calendar in use, remind of them.

    Returns:
        How many cases ``ended``, were ``recomputed``, and were ``reminded`` of.
    """
    counts = {"ended": 0, "recomputed": 0, "reminded": 0}
    for name, work in (
        ("ended", reminders.end_agreements),
        ("recomputed", reminders.recompute_limits),
        ("reminded", reminders.remind),
        ("reminded", reminders.remind_of_plans),
    ):
        for _ in work():
            model.Session.commit()
            counts[name] += 1
    return counts
