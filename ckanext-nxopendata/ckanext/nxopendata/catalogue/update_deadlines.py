"""When a dataset is due for its next update, by its update cycle (1272 guide, element 11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

INDEX_FIELD = "nx_due_date"
"""Where the search index holds the last day for the next update."""

ALLOWED_DAYS = {"1": 1, "2": 2, "3": 9, "4": 40, "5": 110, "6": 420, "7": 210, "8": 800}
"""Code of ``update_cycle`` -> days after an update until the next is overdue; 9, irregular, never is."""


@dataclass(frozen=True, slots=True)
class Due:
    """``day`` is the last day for the next update."""

    day: dt.date

    def overdue(self, today: dt.date) -> bool:
        """Whether the update is missing on ``today``."""
        return today > self.day


def next_update_due(cycle: str | None, updated: dt.date | None) -> Due | None:
    """When the next update is due; None for irregular or unknown cycles, or when no update is known."""
    days = ALLOWED_DAYS.get(cycle or "")
    return Due(updated + dt.timedelta(days=days)) if days and updated else None


def last_update(dataset: dict) -> dt.date | None:
    """The day the data last changed: the newest of its files, else the publication date, else the creation.

    Args:
        dataset: as ``package_show`` gives it.
    """
    times = [
        str(resource.get("last_modified") or resource.get("created") or "")[:10]
        for resource in dataset.get("resources") or ()
    ]
    times = [time for time in times if time] or [str(dataset.get("nx_publish_date") or "")[:10]]
    for time in (max(times), str(dataset.get("metadata_created") or "")[:10]):
        try:
            return dt.date.fromisoformat(time)
        except ValueError:
            continue
    return None


def due_date(dataset: dict) -> str | None:
    """Return the last day for the next update, YYYY-MM-DD; None if there is none.

    Args:
        dataset: as ``package_show`` gives it.
    """
    deadline = next_update_due(dataset.get("nx_update_cycle"), last_update(dataset))
    return deadline.day.isoformat() if deadline else None
