"""What the clock does for keys: those that have ended are removed."""

from __future__ import annotations

import ckan.model as model

from ckanext.nxopendata.cases.keys import key_store
from ckanext.nxopendata.core.scheduler import schedule


def schedule_tasks() -> None:
    """Remove them once a day; they open nothing from the moment of their end."""
    schedule("45 0 * * *", "keys daily", run_daily)


def run_daily() -> int:
    """Remove keys that have ended; return how many."""
    count = key_store.remove_ended()
    model.Session.commit()
    return count
