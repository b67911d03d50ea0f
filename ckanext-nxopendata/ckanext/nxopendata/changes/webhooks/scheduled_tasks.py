"""What the changes do by the clock."""

from __future__ import annotations

from ckanext.nxopendata.changes.webhooks import jobs
from ckanext.nxopendata.core.scheduler import EVERY_TICK, schedule


def schedule_tasks() -> None:
    """Begin the deliveries that are due."""
    schedule(EVERY_TICK, "changes webhooks", jobs.deliver_due)
