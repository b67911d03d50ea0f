"""What the floor does by the clock."""

from __future__ import annotations

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.search_fallback import pending


def schedule_tasks() -> None:
    """Have what was saved in an outage of Solr indexed."""
    scheduler.schedule(scheduler.EVERY_TICK, "search pending", pending.index_pending)
