"""Examinations that were cut off or lost are taken up again, and those that new rules ask for are made."""

from __future__ import annotations

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.safety.scanning import jobs


def schedule_tasks() -> None:
    """Look for files without a verdict, every few minutes."""
    schedule("*/5 * * * *", "safety sweep", jobs.sweep)
