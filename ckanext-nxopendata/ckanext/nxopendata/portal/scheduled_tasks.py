"""What the portal does by the clock."""

from __future__ import annotations

import datetime as dt

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.portal.usage import usage_store
from ckanext.nxopendata.search.indexing import popularity


def schedule_tasks() -> None:
    """Store the figures of use once a day."""
    schedule("40 0 * * *", "portal daily", store_usage)


def store_usage() -> tuple[int, int]:
    """Store how often things were used, and delete old search words.

    Returns:
        How many figures were stored, and how many words deleted.
    """
    stored = usage_store.flush()
    popularity.publish(usage_store.count_views())
    return stored, usage_store.forget(usage_store.today() - dt.timedelta(days=usage_store.SEARCH_DAYS))
