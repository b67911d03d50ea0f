"""What following does by the clock."""

from __future__ import annotations

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.following import jobs


def schedule_tasks() -> None:
    """Mail subscribers once a day."""
    schedule("30 8 * * *", "following send", jobs.send_due)
