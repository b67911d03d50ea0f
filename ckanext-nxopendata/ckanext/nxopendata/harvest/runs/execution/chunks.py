"""The chunks of a plan: made once, claimed by any number of processes on any machines.

A worker that is free claims the next chunk of the run with the highest priority. Nothing depends on which process does
what, or on how often it is begun: a chunk that was done before finds nothing left to do.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.errors import HarvestError
from ckanext.nxopendata.harvest.models import Chunk, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs.coordination import locks

MOST_ATTEMPTS = 5
"""A chunk whose worker died so often is not begun again: the run ends and says so."""

CANDIDATES = 64
"""Chunks of a run that are tried when looking for a free one; more processes than this wait for each other."""


class ChunkFailsError(HarvestError):
    """A chunk has been begun too often."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A chunk that this process works on.

    Attributes:
        key: Of the lock.
    """

    run_id: str
    source_id: str
    number: int
    first: int
    last: int

    @property
    def key(self) -> str:
        return _lock_key(self.run_id, self.number)


def _lock_key(run_id: str, number: int) -> str:
    return f"chunk:{run_id}:{number}"


def split_into_chunks(run_id: str, size: int) -> None:
    """Split the steps of a plan that are to be carried out into chunks, once; the caller commits."""
    if model.Session.scalar(sa.select(Chunk.number).where(Chunk.run_id == run_id).limit(1)) is not None:
        return
    place = sa.func.row_number().over(order_by=PlanEntry.number).label("place")
    steps = (
        sa.select(PlanEntry.number, place)
        .where(PlanEntry.run_id == run_id, PlanEntry.state.in_(("planned", "written")))
        .subquery()
    )
    part = (steps.c.place - 1) // size
    chunks = sa.select(
        sa.literal(run_id),
        part,
        sa.func.min(steps.c.number),
        sa.func.max(steps.c.number),
        sa.func.count(),
        sa.literal("waiting"),
        sa.literal(""),
        sa.literal(0),
        sa.literal(0.0),
        sa.literal(0.0),
    ).group_by(part)
    names = ["run_id", "number", "first", "last", "steps", "state", "worker", "attempts", "seconds", "mirror_seconds"]
    model.Session.execute(sa.insert(Chunk).from_select(names, chunks))


_UTC = sa.func.timezone("utc", sa.func.clock_timestamp())
"""The database's own clock, so that the clocks of the workers do not matter."""


def runs_by_priority() -> list[str]:
    """List the ids of the runs with waiting chunks, the run to be served next first.

    The order is by the time since a worker last claimed a chunk of the run, divided by its source's priority: a source
    of priority 50 gets twice the share of one of priority 100, and no run starves.
    """
    waited = sa.extract("epoch", _UTC - sa.func.coalesce(Run.served, Run.planned, Run.created))
    waiting = sa.exists().where(Chunk.run_id == Run.id, Chunk.state == "waiting")
    query = (
        sa.select(Run.id)
        .join(Source, Source.id == Run.source_id)
        .where(Run.state == "applying", waiting)
        .order_by((waited / sa.func.greatest(Source.priority, 1)).desc(), Run.id)
    )
    return list(model.Session.scalars(query))


def claim(work_locks: locks.WorkLocks, run_id: str) -> Claim | None:
    """Claim a chunk of a run that nobody works on; None when there is none. The caller commits.

    Args:
        work_locks: Locks that this process holds; the chunk's is added.
        run_id: Id of the run.

    Raises:
        ChunkFailsError: The next chunk has been begun too often.
    """
    waiting = sa.select(Chunk.number).where(Chunk.run_id == run_id, Chunk.state == "waiting").order_by(Chunk.number)
    for number in list(model.Session.scalars(waiting.limit(CANDIDATES))):
        key = _lock_key(run_id, number)
        if not work_locks.take(key):
            continue
        model.Session.rollback()  # sees what was committed before the lock was had
        claimed = (
            sa.update(Chunk)
            .where(Chunk.run_id == run_id, Chunk.number == number, Chunk.state == "waiting")
            .where(sa.exists().where(Run.id == run_id, Run.state == "applying"))
            .values(attempts=Chunk.attempts + 1, worker=f"{socket.gethostname()}:{os.getpid()}")
            .returning(Chunk.first, Chunk.last, Chunk.attempts)
        )
        row = model.Session.execute(claimed, execution_options={"synchronize_session": False}).first()
        if row is None or row.attempts > MOST_ATTEMPTS:
            model.Session.rollback()
            work_locks.release(key)
            if row is None:
                continue
            raise ChunkFailsError("chunk_fails", number=number + 1, attempts=MOST_ATTEMPTS)
        served = (
            sa.update(Run).where(Run.id == run_id).values(served=_UTC, heartbeat=utc_now()).returning(Run.source_id)
        )
        source_id = model.Session.scalars(served, execution_options={"synchronize_session": False}).one()
        return Claim(run_id, source_id, number, row.first, row.last)
    return None


def list_steps(claimed: Claim) -> list[int]:
    """List the numbers of a chunk's steps that are not finished."""
    query = sa.select(PlanEntry.number).where(
        PlanEntry.run_id == claimed.run_id,
        PlanEntry.number.between(claimed.first, claimed.last),
        PlanEntry.state.in_(("planned", "written")),
    )
    return sorted(model.Session.scalars(query))


def mark_done(claimed: Claim, seconds: float, mirror_seconds: float) -> None:
    """Mark a chunk as done, and its run as alive; the caller commits."""
    model.Session.execute(
        sa.update(Chunk)
        .where(Chunk.run_id == claimed.run_id, Chunk.number == claimed.number)
        .values(state="done", seconds=seconds, mirror_seconds=mirror_seconds),
        execution_options={"synchronize_session": False},
    )
    model.Session.execute(
        sa.update(Run).where(Run.id == claimed.run_id).values(heartbeat=utc_now()),
        execution_options={"synchronize_session": False},
    )
