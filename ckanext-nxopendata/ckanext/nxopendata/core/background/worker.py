"""CKAN's worker, with signs of life so frequent that others take over within a minute what it leaves when it dies.

RQ's own worker notices a dead one after seven minutes, looks at the registries every ten, and tries only then to have
the scheduler's lock: after a ``kill -9`` of the only worker nothing was done by the clock for a quarter of an hour.
"""

from __future__ import annotations

import logging
import os
from typing import Any, NoReturn

import redis.exceptions
import rq
from ckan.lib import jobs
from rq import worker_registration
from rq.job import Job
from rq.registry import clean_registries
from rq.utils import now

from ckanext.nxopendata.core.background.abandoned_jobs import repeat_if_killed, requeue_abandoned
from ckanext.nxopendata.core.background.liveness import HEARTBEAT, LIFETIME, die_with
from ckanext.nxopendata.core.background.queue_scheduler import QueueScheduler

log = logging.getLogger(__name__)


class Worker(jobs.Worker):
    """A worker of CKAN's queue; see the module.

    Args:
        queues: Names of the queues; the default one if there is none.
    """

    max_connection_wait_time = HEARTBEAT
    """Seconds between two attempts to reach Redis, at most."""

    def __init__(self, queues: list[str] | None = None, **options: Any) -> None:
        super().__init__(
            queues,
            # RQ waits for a job for this time less 15 seconds, and is alive in between.
            worker_ttl=HEARTBEAT + 15,
            job_monitoring_interval=HEARTBEAT,
            maintenance_interval=HEARTBEAT,
            work_horse_killed_handler=repeat_if_killed,
            **options,
        )

    # Signs of life

    def register_birth(self, *args: Any, **kwargs: Any) -> None:
        super().register_birth(*args, **kwargs)
        self.heartbeat()

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Live for another :data:`LIFETIME`, whatever RQ would add to it."""
        super().heartbeat(LIFETIME, pipeline)

    def get_heartbeat_ttl(self, job: Job) -> int:
        """Return for how many seconds a job counts as being done from now."""
        return LIFETIME

    def maintain_heartbeats(self, job: Job) -> None:
        """Tell that the job is being done, and look after what others left: a long job must not keep that waiting."""
        try:
            super().maintain_heartbeats(job)
            if self.should_run_maintenance_tasks:
                self.run_maintenance_tasks()
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as error:
            log.warning("worker %s: Redis does not answer, the job goes on: %s", self.name, error)

    # What others left

    def clean_registries(self) -> None:
        """Take over what dead workers left, on one worker at a time; its lock ends soon if it dies meanwhile."""
        for queue in self.queues:
            lock = f"{queue.registry_cleaning_key}:nx"
            if self.connection.set(lock, self.name, nx=True, ex=LIFETIME):
                _take_over(queue, self)
                self.connection.delete(lock)
        self.last_cleaned_at = now()

    # Processes

    def _start_scheduler(self, burst: bool = False, *args: Any, **kwargs: Any) -> None:
        if burst:
            super()._start_scheduler(burst, *args, **kwargs)
            return
        self.scheduler = QueueScheduler(self.queues, connection=self.connection, serializer=self.serializer)
        self.scheduler.acquire_locks(auto_start=True)

    def main_work_horse(self, job: Job, queue: rq.Queue) -> NoReturn:
        die_with(self.pid or os.getppid())
        super().main_work_horse(job, queue)


def _take_over(queue: rq.Queue, worker: Worker) -> None:
    requeue_abandoned(queue)
    clean_registries(queue, worker._exc_handlers)
    worker_registration.clean_worker_registry(queue)
    queue.intermediate_queue.cleanup(worker, queue)
