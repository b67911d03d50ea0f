"""Who works on what.

Two kinds, because they end differently. A *source* is locked in Redis for one run, whatever processes work on
it, and the lock expires when nobody renews it. A *piece of work* (a plan, a chunk) is locked by one process in
PostgreSQL, and that lock ends with the process's connection: what a killed worker had in hand is free at once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import redis.exceptions
import sqlalchemy as sa
import sqlalchemy.exc
from ckan import model

from ckanext.nxopendata.core.redis import client
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.models import FINAL, Run

SECONDS = 120
"""A source's lock that nobody renews is free again after this time."""

_TAKE = """
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[2])
return false
"""
"""Answers who has the lock when it is somebody else."""
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
"""


def _key(source_id: str) -> str:
    return f"nx:harvest:{source_id}"


def take(source_id: str, owner: str) -> bool:
    """Lock a source for ``owner``, or renew the owner's lock; False when somebody else has it.

    The lock of a run that is over, whose worker was killed before it let go, is taken over.

    :raises HarvestError: Redis does not answer
    """
    try:
        holder = client().eval(_TAKE, 1, _key(source_id), owner, SECONDS)
        if holder and _let_go_if_over(source_id, holder.decode()):
            holder = client().eval(_TAKE, 1, _key(source_id), owner, SECONDS)
    except redis.exceptions.ConnectionError as error:
        raise HarvestError("queue_unreachable") from error
    return not holder


def _let_go_if_over(source_id: str, run_id: str) -> bool:
    """Release the lock of a run that is over. One that begins to be undone holds its row, and is passed over."""
    state = sa.select(Run.state).where(Run.id == run_id).with_for_update(skip_locked=True)
    with model.ensure_engine().begin() as connection:
        if connection.scalar(state) not in FINAL:
            return False
        release(source_id, run_id)
    return True


def release(source_id: str, owner: str) -> None:
    """Give a source's lock back, if ``owner`` has it."""
    with contextlib.suppress(redis.exceptions.ConnectionError):
        client().eval(_RELEASE, 1, _key(source_id), owner)


@contextlib.contextmanager
def source(source_id: str, owner: str) -> Iterator[Callable[[], None]]:
    """Only one run of a source at a time, on any machine. Gives a function that renews the lock.

    :raises HarvestError: the source is being harvested; so does the function when another run took the lock
    """
    if not take(source_id, owner):
        raise HarvestError("run_busy")
    last = time.monotonic()

    def renew() -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS / 8:
            last = time.monotonic()
            try:
                if not take(source_id, owner):
                    raise HarvestError("run_interrupted")
            except HarvestError as error:
                # Without Redis the locks of the pieces of work still keep two processes apart.
                if error.code != "queue_unreachable":
                    raise

    try:
        yield renew
    finally:
        release(source_id, owner)


class Hold:
    """Locks of pieces of work, held until they are let go, or this process or its connection ends."""

    def __init__(self) -> None:
        self._connection: sa.Connection | None = None

    def __enter__(self) -> Hold:
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
        return bool(self.connection.scalar(sa.select(sa.func.pg_try_advisory_lock(number(key)))))

    def let_go(self, key: str) -> None:
        """Unlock ``key``; a connection that broke has unlocked it already."""
        with contextlib.suppress(sqlalchemy.exc.SQLAlchemyError):
            self.connection.execute(sa.select(sa.func.pg_advisory_unlock(number(key))))


def number(key: str) -> sa.Function[int]:
    """The lock's number in PostgreSQL."""
    return sa.func.hashtextextended(sa.cast(f"nx:harvest:{key}", sa.Text), 0)
