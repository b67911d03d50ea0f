"""Loads that were cut off: taken up again, or told."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as queue

from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.tables import jobs
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.loading import files
from ckanext.nxopendata.tables.loading import jobs as loading

MOST_ATTEMPTS = 3
"""Times that a file is begun; one whose reading ends the process each time is then told to be unreadable here."""

PATIENCE = dt.timedelta(minutes=10)
"""How long a file may wait before it is looked for in the queue."""


def schedule_tasks() -> None:
    """Look for loads that were cut off, every few minutes."""
    schedule("*/5 * * * *", "tables resume", resume)


def resume() -> dict[str, int]:
    """Take up what a killed worker or an emptied queue left; give up what was begun too often.

    Returns:
        how many were ``resumed`` and ``given_up``.
    """
    counts = {"resumed": 0, "given_up": 0}
    model.Session.rollback()
    open_states = (states.QUEUED, states.LOADING)
    waiting = list(model.Session.scalars(sa.select(states.State).where(states.State.state.in_(open_states))))
    indexing = sa.select(states.State).where(
        states.State.state == states.READY, states.State.around["words_later"].as_boolean()
    )
    waiting += list(model.Session.scalars(indexing))
    queued = _list_queued() if waiting else set()
    for state in waiting:
        if state.state == states.QUEUED:
            stalled = state.changed < now() - PATIENCE and not queued & {state.resource_id, state.dataset_id}
        else:
            with loading.hold(state.resource_id) as free:
                stalled = free and state.resource_id not in queued
        if not stalled:
            continue
        attempts = int(state.params.get("attempts", 0))
        resource = model.Session.get(model.Resource, state.resource_id)
        if attempts >= MOST_ATTEMPTS and resource is not None and resource.package is not None:
            mark = files.fingerprint(resource)
            loading.fail(state.resource_id, state.dataset_id, mark, "cut_off", {"number": attempts})
            counts["given_up"] += 1
        else:
            jobs.enqueue_load(state.resource_id, resource.size if resource is not None else 0)
            counts["resumed"] += 1
    return counts


def _list_queued() -> set[str]:
    """The files and datasets that jobs in the queues are about."""
    found: set[str] = set()
    for name in dict.fromkeys(("default", jobs.large_queue())):
        for job in queue.get_queue(name).jobs:
            if ".tables.jobs." in (job.func_name or ""):
                for argument in job.args:
                    found |= set(argument) if isinstance(argument, list) else {str(argument)}
    return found
