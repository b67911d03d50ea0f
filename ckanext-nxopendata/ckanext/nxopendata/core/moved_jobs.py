"""Jobs that wait in CKAN's queue while the site is upgraded, under names of functions that have moved since."""

from __future__ import annotations

import functools
import logging

import rq
from ckan.lib import jobs

log = logging.getLogger(__name__)

ROOT = "ckanext.nxopendata."

MOVED = {
    ROOT + old: ROOT + new
    for old, new in {
        "catalogue.exchange.imports.run": "exchange.imports.jobs.run",
        "catalogue.review.notify.send": "core.notifications.mail.send",
        "changes.webhooks.deliver": "changes.webhooks.jobs.deliver",
        "changes.webhooks.deliver_due": "changes.webhooks.jobs.deliver_due",
        "harvest.changes.webhooks.deliver": "changes.webhooks.jobs.deliver",
        "harvest.changes.webhooks.deliver_due": "changes.webhooks.jobs.deliver_due",
        "harvest.jobs.execute": "harvest.runs.jobs.execute",
        "harvest.jobs.tick": "core.scheduler.tick",
        "harvest.jobs.turn": "harvest.runs.jobs.carry_out_chunks",
        "harvest.jobs.undo": "harvest.runs.jobs.undo",
        "portal.feedback.send_answer": "portal.feedback.feedback_store.send_answer",
        "portal.feedback.tell_department": "portal.feedback.feedback_store.tell_department",
    }.items()
}
"""Name of a job's function in an earlier version -> its name now. Who moves the function of a job adds a line."""


@functools.cache
def rename_once() -> None:
    """Rename the jobs that wait, once in the life of a process; the processes that a worker forks count as it."""
    rename()


def rename() -> int:
    """Give the jobs that wait, or are planned for later, the names that their functions have now.

    Returns:
        How many had an earlier name.
    """
    renamed = 0
    for queue in jobs.get_all_queues():
        ids = [*queue.get_job_ids(), *queue.scheduled_job_registry.get_job_ids()]
        for job in rq.job.Job.fetch_many(ids, connection=queue.connection):
            if job is None or job.func_name not in MOVED:
                continue
            job.func_name = MOVED[job.func_name]
            job.save()
            renamed += 1
    if renamed:
        log.info("%s queued jobs of an earlier version were given the new names of their functions", renamed)
    return renamed
