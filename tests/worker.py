"""What the workers of CKAN's queue do, done in the process of the test."""

from __future__ import annotations

import rq
from ckan.lib import jobs


def work() -> None:
    """Do the jobs that wait in CKAN's queue.

    CKAN's own worker forks for each job: while a thread of the site under test is about to connect to the database,
    the child can wait for ever for a lock that the thread held.
    """
    rq.SimpleWorker([jobs.get_queue()], connection=jobs.connect_to_redis()).work(burst=True)
