"""What the harvest does by the clock."""

from __future__ import annotations

from ckanext.nxopendata.core.scheduler import EVERY_TICK, schedule
from ckanext.nxopendata.harvest.monitoring.jobs import notify_people
from ckanext.nxopendata.harvest.runs import jobs


def schedule_tasks() -> None:
    """Start what is due, look after what is under way, tell people; remove old plans once a day."""
    schedule(EVERY_TICK, "harvest sources", jobs.start_due)
    schedule(EVERY_TICK, "harvest watch", jobs.watch)
    schedule(EVERY_TICK, "harvest notices", notify_people)
    schedule("40 3 * * *", "harvest forget", jobs.remove_old_plans)
