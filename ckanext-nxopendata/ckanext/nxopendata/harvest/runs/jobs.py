"""Harvests in the background: CKAN's own job queue, and the schedule of the sources.

Two kinds of jobs. The first plans a run. The second belongs to no run: it carries out chunks by the priority of their
runs for a while and then queues up again behind the other jobs of the site, so that neither a large source nor the
harvest as a whole holds the queue. What is to be done is stored in the database: if Redis is emptied or a worker is
killed, :func:`watch` finds the work that nobody does and queues it again.
"""

from __future__ import annotations

import datetime as dt
import logging

import ckan.plugins.toolkit as tk
import rq
import sqlalchemy as sa
from ckan import model
from ckan.lib import jobs as ckan_jobs
from croniter import croniter

from ckanext.nxopendata.core import scheduler
from ckanext.nxopendata.core.timezone import to_china, utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError, RunBusyError
from ckanext.nxopendata.harvest.models import Chunk, Run, Source
from ckanext.nxopendata.harvest.runs import executor, states
from ckanext.nxopendata.harvest.runs.coordination import locks
from ckanext.nxopendata.harvest.runs.execution import chunks
from ckanext.nxopendata.harvest.runs.execution.writer import site_writer
from ckanext.nxopendata.harvest.runs.lifecycle import closing, retention, run_store

log = logging.getLogger(__name__)

LONGEST_PLAN = 12 * 3600
"""Seconds after which the queue gives the planning of a run up."""

LONGEST_WORK = 3600
"""Seconds after which the queue gives up a job that carries out chunks; a chunk of large files may take its time."""


# Runs


def enqueue(row: Run, source_name: str) -> None:
    """Hand a run to the workers of CKAN's queue, on whatever machine they are."""
    if row.state == "pending":
        tk.enqueue_job(execute, [row.id], title=f"harvest {source_name}", rq_kwargs={"timeout": LONGEST_PLAN})
    elif row.state == "applying":
        enqueue_work()
    scheduler.start_timer()


def execute(run_id: str) -> None:
    """Plan a run in a worker and offer its chunks to all of them.

    A run that was cancelled meanwhile is left, as is one that another worker plans.
    """
    row = model.Session.get(Run, run_id)
    if row is None or row.state not in ("pending", "planning"):
        return
    if not locks.take(row.source_id, run_id):
        executor.fail(run_id, RunBusyError())
        return
    try:
        row = executor.plan_for_workers(run_id, row.source_id, site_writer())
    except RunBusyError:  # another worker plans it
        return
    if row.state == "applying":
        row = executor.finish(run_id)  # at once, when there is nothing to write
    if row.state == "applying":
        enqueue_work()
    elif row.state not in ("paused", "done"):
        locks.release(row.source_id, row.id)


def undo(run_id: str) -> None:
    """Undo a run in a worker; one that another worker undoes is left to it."""
    row = model.Session.get(Run, run_id)
    if row is None or row.state != "undoing":
        return
    try:
        executor.undo(run_id, site_writer())
    except HarvestError as error:  # the timer offers it again
        log.warning("run %s could not be undone now: %s", run_id, error)


def enqueue_undo(row: Run) -> None:
    """Hand the undoing of a run to the workers."""
    tk.enqueue_job(undo, [row.id], title="harvest: undo", rq_kwargs={"timeout": LONGEST_PLAN})
    scheduler.start_timer()


def carry_out_chunks() -> None:
    """Carry out chunks for a while; then queue up again if there are more."""
    if executor.work_for(site_writer(), config.turn_seconds()):
        _enqueue_chunks()


def _enqueue_chunks() -> None:
    tk.enqueue_job(carry_out_chunks, title="harvest: chunks", rq_kwargs={"timeout": LONGEST_WORK})


def enqueue_work() -> int:
    """Queue as many jobs as there are workers and waiting chunks, less those that are queued; return how many."""
    queue = ckan_jobs.get_queue()
    waiting = model.Session.scalar(
        sa.select(sa.func.count())
        .select_from(Chunk)
        .join(Run, Run.id == Chunk.run_id)
        .where(Run.state == "applying", Chunk.state == "waiting")
    )
    model.Session.commit()
    workers = max(1, rq.Worker.count(queue=queue))
    name = f"{carry_out_chunks.__module__}.{carry_out_chunks.__name__}"
    ids = [*queue.get_job_ids(), *queue.started_job_registry.get_job_ids()]
    queued = sum(1 for job in rq.job.Job.fetch_many(ids, connection=queue.connection) if job and job.func_name == name)
    missing = max(0, min(waiting or 0, workers) - queued)
    for _ in range(missing):
        _enqueue_chunks()
    return missing


# Schedule


def find_due_sources(moment: dt.datetime) -> list[Source]:
    """Find the active sources whose schedule has come round since their last run, and that are not being harvested.

    Args:
        moment: UTC without zone; schedules are read by China's clock.
    """
    newest = sa.select(sa.func.max(Run.created)).where(Run.source_id == Source.id).scalar_subquery()
    busy = sa.exists().where(Run.source_id == Source.id, Run.state.in_(states.UNDER_WAY))
    rows = model.Session.execute(
        sa.select(Source, newest)
        .where(Source.state == "active", Source.schedule != "", sa.not_(busy))
        .order_by(Source.priority, Source.name)
    )
    due = []
    for source, last in rows:
        local = to_china(moment)
        begun = croniter(source.schedule, local).get_prev(dt.datetime).astimezone(dt.UTC).replace(tzinfo=None)
        last = last or source.created
        # A time of the future is a clock that was set back since: it must not silence the source.
        if last < begun or last > moment + dt.timedelta(days=1):
            due.append(source)
    return due


def start_due() -> list[str]:
    """Begin a run of every source that is due; return the names of the sources."""
    names = []
    for source in find_due_sources(utc_now()):
        name = source.name
        run = run_store.create(source, "")
        model.Session.commit()
        enqueue(run, name)
        names.append(name)
        log.info("source %s is due", name)
    return names


def watch() -> list[str]:
    """Queue again what nobody has in hand: its job was lost with Redis, or its worker was killed.

    Returns:
        Ids of the runs that were queued again.
    """
    requeued = []
    for row in model.Session.scalars(sa.select(Run).where(Run.state.in_(("applying", "paused", "undoing")))):
        locks.take(row.source_id, row.id)
    queued = _queued_runs()
    with locks.WorkLocks() as work_locks:
        rows = sa.select(Run.id, Source.name).join(Source, Source.id == Run.source_id)
        for run_id, name in model.Session.execute(rows.where(Run.state.in_(("pending", "planning")))).all():
            if run_id in queued or not work_locks.take(f"plan:{run_id}"):
                continue
            work_locks.release(f"plan:{run_id}")
            tk.enqueue_job(execute, [run_id], title=f"harvest {name}", rq_kwargs={"timeout": LONGEST_PLAN})
            requeued.append(run_id)
        for row in model.Session.scalars(sa.select(Run).where(Run.state == "undoing")).all():
            if row.id not in queued and work_locks.take(f"undo:{row.id}"):
                work_locks.release(f"undo:{row.id}")
                enqueue_undo(row)
                requeued.append(row.id)
    requeued += [run_id for run_id in closing.find_completed() if executor.finish(run_id).state == "done"]
    model.Session.commit()
    if enqueue_work():
        requeued += chunks.runs_by_priority()
    return requeued


def _queued_runs() -> set[str]:
    """Return the ids of the runs whose planning or undoing is queued."""
    queue = ckan_jobs.get_queue()
    names = {f"{job.__module__}.{job.__name__}" for job in (execute, undo)}
    jobs = rq.job.Job.fetch_many(queue.get_job_ids(), connection=queue.connection)
    return {job.args[0] for job in jobs if job and job.func_name in names and job.args}


def remove_old_plans() -> int:
    """Remove the plans and problems of runs that ended long ago; return the number of runs.

    Safe to be killed and to repeat: a run is marked before the first of its rows goes, and is found again.
    """
    run_ids = retention.find_old_plans()
    for run_id in run_ids:
        more = retention.mark_removed(run_id)
        model.Session.commit()
        while more:
            more = retention.remove_rows(run_id)
            model.Session.commit()
    return len(run_ids)
