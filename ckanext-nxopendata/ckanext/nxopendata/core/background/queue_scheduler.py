"""RQ's scheduler, which puts planned jobs into the queue at their time: of any number one is at work.

The one that has the lock tells each second that it lives. Another takes the lock over when that has not happened for
:data:`~.liveness.SCHEDULER_SILENCE` seconds; RQ waits for a minute, and asks again only after ten.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from rq.scheduler import RQScheduler
from rq.utils import as_text

from ckanext.nxopendata.core.background.liveness import SCHEDULER_SILENCE, die_with

log = logging.getLogger(__name__)

RENEWED_FOR = 60
"""Seconds, besides its interval, for which RQ's scheduler renews its lock."""

RELEASE_IF_SILENT = """
if redis.call('get', KEYS[1]) == ARGV[1] and redis.call('ttl', KEYS[1]) < tonumber(ARGV[2]) then
    return redis.call('del', KEYS[1])
end
return 0
"""
"""Deletes a lock, unless its holder has renewed it, or it is another's, by now."""


class QueueScheduler(RQScheduler):
    """The scheduler of a worker, in a process of its own that ends with the worker."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._worker_pid = os.getpid()

    def acquire_locks(self, auto_start: bool = False) -> set[str]:
        """Take the locks that nobody living has, and start the process if there is one; return the queues' names."""
        self._forget_lost_locks()
        for name in self._queue_names - self._acquired_locks:
            self._release_if_silent(self.get_locking_key(name))
        return super().acquire_locks(auto_start)

    def work(self) -> None:
        die_with(self._worker_pid)
        super().work()

    def heartbeat(self) -> None:
        """Tell that this scheduler lives; one that slept so long that another has its lock leaves the queue to that."""
        before = self._acquired_locks
        self._forget_lost_locks()
        if before != self._acquired_locks:
            self._scheduled_job_registries = []
        super().heartbeat()

    def _forget_lost_locks(self) -> None:
        keys = {name: self.get_locking_key(name) for name in self._acquired_locks}
        self._acquired_locks = {name for name, key in keys.items() if self._holder(key) == self.name}

    def _holder(self, key: str) -> str | None:
        value = self.connection.get(key)
        return as_text(value) if value else None  # pyright: ignore[reportArgumentType]

    def _release_if_silent(self, key: str) -> None:
        holder, shortest = self._holder(key), self.interval + RENEWED_FOR - SCHEDULER_SILENCE
        if holder and self.connection.eval(RELEASE_IF_SILENT, 1, key, holder, shortest):
            log.warning("the scheduler %s is silent: its lock %s is taken over", holder, key)
