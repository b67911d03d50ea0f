"""Jobs whose worker died: they are done again, or end as failed.

RQ fails such a job, and finds it only when it next cleans its registries, ten minutes later at most. The jobs of this
project bear being done twice, so they go back to the front of the queue; those of others fail, as RQ has it.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import rq
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.utils import as_text, current_timestamp, now, parse_composite_key

from ckanext.nxopendata.core.background.liveness import LIFETIME

log = logging.getLogger(__name__)

OURS = "ckanext.nxopendata."
"""How the names of functions begin whose jobs bear being done twice."""

MOST_REPEATS = 3
"""Times that a job is begun again; one that kills each worker that takes it fails then."""

REPEATS = "nx_repeats"
"""Where a job's ``meta`` counts them."""


def may_repeat(job: Job) -> bool:
    """Return whether a job whose worker died is to be done again."""
    return (job.func_name or "").startswith(OURS) and job.meta.get(REPEATS, 0) < MOST_REPEATS


def requeue_abandoned(queue: rq.Queue) -> int:
    """Put the jobs of dead workers at the front of the queue; return how many.

    Jobs that may not be repeated are left to RQ's registries, which fail them. One worker at a time does this.
    """
    return _requeue_begun(queue) + _requeue_never_begun(queue)


def _requeue_begun(queue: rq.Queue) -> int:
    """Those in execution: the worker puts the end of the entry's time off while the job runs."""
    key, requeued = queue.started_job_registry.key, 0
    expired: Any = queue.connection.zrangebyscore(key, 0, current_timestamp())
    for entry in expired:
        job_id, execution_id = parse_composite_key(as_text(entry))
        job = queue.fetch_job(job_id)
        if job and job.get_status() in (JobStatus.STARTED, JobStatus.QUEUED) and may_repeat(job):
            _repeat(job, queue, Execution(execution_id, job_id, queue.connection))
            requeued += 1
    return requeued


def _requeue_never_begun(queue: rq.Queue) -> int:
    """Those that a worker took from the queue and did not begin; it does so within a moment."""
    taken, requeued = queue.intermediate_queue, 0
    for job_id in taken.get_job_ids():
        job = queue.fetch_job(job_id)
        if job is None or job_id in queue.started_job_registry or taken.set_first_seen(job_id):
            continue
        first_seen = taken.get_first_seen(job_id)
        if first_seen and now() - first_seen > dt.timedelta(seconds=LIFETIME) and may_repeat(job):
            _repeat(job, queue)
            requeued += 1
    return requeued


def _repeat(job: Job, queue: rq.Queue, execution: Execution | None = None) -> None:
    """Put a job at the front of the queue, and remove what says that it is in execution, in one transaction."""
    job.meta[REPEATS] = job.meta.get(REPEATS, 0) + 1
    job.started_at = job.ended_at = None
    taken = queue.intermediate_queue
    with queue.connection.pipeline() as pipeline:
        if execution:
            execution.delete(job, pipeline)
        pipeline.lrem(taken.key, 0, job.id)
        pipeline.delete(taken.get_first_seen_key(job.id))
        queue._enqueue_job(job, pipeline=pipeline, at_front=True)
        pipeline.execute()
    log.warning("job %s (%s) is done again: its worker died", job.id, job.func_name)


def repeat_if_killed(job: Job, *_: object) -> None:
    """Have a job done again whose process was killed while its worker lives; RQ calls this before it fails the job.

    One that the worker killed itself, for it took longer than it may, is not.
    """
    is_too_long = job.started_at and job.timeout and now() - job.started_at > dt.timedelta(seconds=job.timeout)
    if may_repeat(job) and not is_too_long:
        job.meta[REPEATS] = job.meta.get(REPEATS, 0) + 1
        job.save_meta()
        job.retries_left = 1
