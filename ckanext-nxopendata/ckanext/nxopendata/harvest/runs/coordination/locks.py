"""Locks of sources and of pieces of work.

Two kinds, because they end differently. A *source* is locked in Redis for one run, whatever processes work on
it, and the lock expires when nobody renews it. A *piece of work* (a plan, a chunk) is locked by one process in
PostgreSQL, and that lock ends with the process's connection: the work of a killed worker is free at once.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator

import redis.exceptions
import sqlalchemy as sa
import sqlalchemy.exc
from ckan import model
from redis.lock import Lock

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.harvest.errors import HarvestError, RunBusyError, ServiceUnreachableError
from ckanext.nxopendata.harvest.models import Run
from ckanext.nxopendata.harvest.runs.states import FINAL

log = logging.getLogger(__name__)

SECONDS = 120
"""A source's lock that nobody renews is free again after this time."""


def _lock(source_id: str, owner: str) -> Lock:
    """Return the lock of a source as ``owner`` sees it: the owner's id is the token that Redis compares."""
    lock = client().lock(f"nx:harvest:{source_id}", timeout=SECONDS, blocking=False, thread_local=False)
    lock.local.token = owner.encode()
    return lock


def take(source_id: str, owner: str) -> bool:
    """Lock a source for ``owner``, or renew the owner's lock; False when somebody else has it.

    The lock of a run that is over, whose worker was killed before it released it, is taken over.

    Args:
        source_id: Id of the source.
        owner: Id of the run.

    Raises:
        ServiceUnreachableError: Redis does not answer.
    """
    try:
        if _acquire(source_id, owner):
            return True
        holder = client().get(_lock(source_id, owner).name)
        if holder and not _release_if_over(source_id, holder.decode()):  # pyright: ignore[reportAttributeAccessIssue]
            return False
        return _acquire(source_id, owner)
    except redis.exceptions.ConnectionError as error:
        raise ServiceUnreachableError("queue_unreachable") from error


def renew_lock(source_id: str, owner: str) -> bool:
    """Renew a source's lock; False when somebody else has it.

    True while Redis does not answer: the locks of the pieces of work still keep two processes apart.
    """
    try:
        return take(source_id, owner)
    except ServiceUnreachableError:
        log.warning("the lock of source %s could not be renewed", source_id)
        return True


def _acquire(source_id: str, owner: str) -> bool:
    lock = _lock(source_id, owner)
    try:
        return lock.reacquire()
    except redis.exceptions.LockNotOwnedError:
        return lock.acquire(token=owner)


def _release_if_over(source_id: str, run_id: str) -> bool:
    """Release the lock of a run that is over. One that begins to be undone holds its row, and is passed over."""
    state = sa.select(Run.state).where(Run.id == run_id).with_for_update(skip_locked=True)
    with model.ensure_engine().begin() as connection:
        if connection.scalar(state) not in FINAL:
            return False
        release(source_id, run_id)
    return True


def release(source_id: str, owner: str) -> None:
    """Release a source's lock, if ``owner`` has it."""
    with contextlib.suppress(redis.exceptions.ConnectionError, redis.exceptions.LockError):
        _lock(source_id, owner).release()


@contextlib.contextmanager
def lock_source(source_id: str, owner: str) -> Iterator[Callable[[], None]]:
    """Let only one run of a source work at a time, on any machine; yield a function that renews the lock.

    Raises:
        RunBusyError: The source is being harvested.
        HarvestError: From the function: another run took the lock.
    """
    if not take(source_id, owner):
        raise RunBusyError
    last = time.monotonic()

    def renew() -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS / 8:
            last = time.monotonic()
            if not renew_lock(source_id, owner):
                raise HarvestError("run_interrupted")

    try:
        yield renew
    finally:
        release(source_id, owner)


class WorkLocks:
    """Locks of pieces of work, held until they are released, or until this process or its connection ends."""

    def __init__(self) -> None:
        self._connection: sa.Connection | None = None

    def __enter__(self) -> WorkLocks:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):  # it may have broken before
                self._connection.close()
            self._connection = None

    @property
    def connection(self) -> sa.Connection:
        """A connection of its own, outside of the session's transactions."""
        if self._connection is None or self._connection.closed or self._connection.invalidated:
            self._connection = model.ensure_engine().connect().execution_options(isolation_level="AUTOCOMMIT")
            self._connection.detach()  # closed for good at the end, not returned to the pool: its locks go with it
        return self._connection

    def take(self, key: str) -> bool:
        """Lock ``key`` for this process; False when another has it."""
        return bool(self.connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_lock_number(key)))))

    def release(self, key: str) -> None:
        """Unlock ``key``; a connection that broke has unlocked it already."""
        with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
            self.connection.execute(sa.select(sa.func.pg_advisory_unlock(_lock_number(key))))


def _lock_number(key: str) -> sa.Function[int]:
    """Return the number of a lock in PostgreSQL."""
    return sa.func.hashtextextended(sa.cast(f"nx:harvest:{key}", sa.Text), 0)
