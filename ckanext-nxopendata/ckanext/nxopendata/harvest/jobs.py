"""Harvests in the background: CKAN's own job queue, and the schedule of the sources."""

from __future__ import annotations

import datetime as dt
import logging

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from croniter import croniter

from ckanext.nxopendata.harvest import bulk, run
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.model import Run, Source, now

log = logging.getLogger(__name__)

LONGEST_RUN = 12 * 3600
"""Seconds after which the queue gives a run up."""

CHINA = dt.timezone(dt.timedelta(hours=8))


def enqueue(row: Run, source_name: str) -> None:
    """Hand a run to the workers of CKAN's queue, on whatever machine they are."""
    tk.enqueue_job(execute, [row.id], title=f"harvest {source_name}", rq_kwargs={"timeout": LONGEST_RUN})


def execute(run_id: str) -> None:
    """Carry out a run in a worker. A run that was cancelled meanwhile, or whose source is busy, is left."""
    row = model.Session.get(Run, run_id)
    if row is None or row.state != "pending":
        return
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    try:
        run.execute(row, bulk.BulkWriter(user))
    except HarvestError as error:
        run.fail(run_id, error)


def due(moment: dt.datetime) -> list[Source]:
    """The active sources whose schedule has come round since their last run.

    :param moment: UTC without zone; schedules are read by China's clock
    """
    newest = sa.select(sa.func.max(Run.created)).where(Run.source_id == Source.id).scalar_subquery()
    rows = model.Session.execute(sa.select(Source, newest).where(Source.state == "active", Source.schedule != ""))
    found = []
    for source, last in rows:
        local = moment.replace(tzinfo=dt.UTC).astimezone(CHINA)
        begun = croniter(source.schedule, local).get_prev(dt.datetime).astimezone(dt.UTC).replace(tzinfo=None)
        if (last or source.created) < begun:
            found.append(source)
    return found


def start_due() -> list[str]:
    """Begin a run of every source that is due; the names of the sources."""
    names = []
    for source in due(now()):
        enqueue(run.create(source, ""), source.name)
        names.append(source.name)
        log.info("source %s is due", source.name)
    return names
