"""Examinations that were cut off or lost are taken up again, and people are told what was held back or ends."""

from __future__ import annotations

from ckan import model

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.safety.scanning import jobs, notices


def schedule_tasks() -> None:
    """Look for files without a verdict every few minutes; remind of the ends of sign-offs once a day."""
    schedule("*/5 * * * *", "safety sweep", sweep)
    schedule("20 0 * * *", "safety reminders", remind)


def sweep() -> dict[str, int]:
    """Examine files without a verdict, and tell departments which of their public files are held back."""
    examined = jobs.sweep()
    told = 0
    for _ in notices.tell_held():
        model.Session.commit()
        told += 1
    return {"examined": examined, "told": told}


def remind() -> int:
    """Remind of sign-offs that end in 30, 10 and 1 working days, or have ended; return of how many."""
    count = 0
    for _ in notices.remind():
        model.Session.commit()
        count += 1
    if count:
        caching.invalidate()  # a page may still offer a file that is closed now
    return count
