"""What the clock does for the entry of the register: its files follow once a night."""

from __future__ import annotations

from ckanext.nxopendata.cases.register_dataset import entry
from ckanext.nxopendata.core.scheduler import schedule


def schedule_tasks() -> None:
    """Write the files anew after the cases have moved by the calendar."""
    schedule("35 0 * * *", "case register daily", run_daily)


def run_daily() -> int:
    """Bring the files up to date where the entry was made; return how many were written."""
    return entry.publish() if entry.exists() else 0
