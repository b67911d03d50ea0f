"""Carry out plans: any number of processes, on any machines, take chunks of any number of runs.

A plan is split into chunks once. A worker that is free claims the next chunk of the run with the highest priority
(:func:`claim_chunk`), carries it out in one transaction and one index batch, and marks it done. Nothing depends on
which process does what, or on how often it is begun: a chunk that was done before finds nothing left to do.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError, Problem, ServiceUnreachableError
from ckanext.nxopendata.harvest.mirror import copy
from ckanext.nxopendata.harvest.models import Chunk, Finding, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs import apply as applying
from ckanext.nxopendata.harvest.runs import locks, retry, states
from ckanext.nxopendata.harvest.runs.apply import Writer
from ckanext.nxopendata.harvest.sources import settings

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int | None], None]
"""Takes the stage, how many records it has done, and of how many if that is known."""

MOST_ATTEMPTS = 5
"""A chunk whose worker died so often is not begun again: the run ends and says so."""

CANDIDATES = 64
"""Chunks of a run that are tried when looking for a free one; more processes than this wait for each other."""


def ignore_progress(_stage: str, _done: int, _total: int | None) -> None:
    """Report progress to nobody."""


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
        return f"chunk:{self.run_id}:{self.number}"


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


# Claiming


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


def claim_chunk(work_locks: locks.WorkLocks, run_id: str | None = None) -> Claim | None:
    """Claim a chunk that nobody works on; None when there is none.

    Args:
        work_locks: Locks that this process holds; the chunk's is added.
        run_id: Claim a chunk of this run only.
    """
    for candidate in [run_id] if run_id else runs_by_priority():
        if claim := _claim_chunk_of(work_locks, candidate):
            return claim
    model.Session.rollback()
    return None


def _claim_chunk_of(work_locks: locks.WorkLocks, run_id: str) -> Claim | None:
    waiting = sa.select(Chunk.number).where(Chunk.run_id == run_id, Chunk.state == "waiting").order_by(Chunk.number)
    for number in list(model.Session.scalars(waiting.limit(CANDIDATES))):
        key = f"chunk:{run_id}:{number}"
        if not work_locks.take(key):
            continue
        model.Session.rollback()  # sees what was committed before the lock was had
        taken = (
            sa.update(Chunk)
            .where(Chunk.run_id == run_id, Chunk.number == number, Chunk.state == "waiting")
            .where(sa.exists().where(Run.id == run_id, Run.state == "applying"))
            .values(attempts=Chunk.attempts + 1, worker=_me())
            .returning(Chunk.first, Chunk.last, Chunk.attempts)
        )
        row = model.Session.execute(taken, execution_options={"synchronize_session": False}).first()
        if row is None:
            model.Session.rollback()
            work_locks.release(key)
            continue
        if row.attempts > MOST_ATTEMPTS:
            model.Session.rollback()
            work_locks.release(key)
            fail(run_id, HarvestError("chunk_fails", number=number + 1, attempts=MOST_ATTEMPTS))
            return None
        served = (
            sa.update(Run).where(Run.id == run_id).values(served=_UTC, heartbeat=utc_now()).returning(Run.source_id)
        )
        source_id = model.Session.scalars(served, execution_options={"synchronize_session": False}).one()
        model.Session.commit()
        return Claim(run_id, source_id, number, row.first, row.last)
    return None


def _me() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


# Carrying out


def carry_out_chunk(taken: Claim, writer: Writer, renew: Callable[[], None] = lambda: None) -> None:
    """Carry out a chunk and mark it done. Safe to repeat.

    Raises:
        ServiceUnreachableError: A service stayed away for longer than the configured patience.
    """
    began, mirroring = time.monotonic(), 0.0
    source = model.Session.get_one(Source, taken.source_id, populate_existing=True)
    numbers, copies = _step_numbers(taken), source.files == "mirror"
    if copies:
        mirroring = _mirror(taken, source, renew)

    def work() -> None:
        applying.apply_chunk(taken.run_id, taken.source_id, _step_numbers(taken), writer)

    retry.retry_on_outage(work, config.patience(), renew)
    if copies:
        retry.retry_on_outage(lambda: copy.settle(taken.run_id, numbers), config.patience(), renew)

    def mark() -> None:
        seconds = time.monotonic() - began - mirroring
        where = (Chunk.run_id == taken.run_id, Chunk.number == taken.number)
        model.Session.execute(
            sa.update(Chunk).where(*where).values(state="done", seconds=seconds, mirror_seconds=mirroring),
            execution_options={"synchronize_session": False},
        )
        model.Session.execute(
            sa.update(Run).where(Run.id == taken.run_id).values(heartbeat=utc_now()),
            execution_options={"synchronize_session": False},
        )
        model.Session.commit()

    retry.retry_on_outage(mark, config.patience(), renew)


def _step_numbers(taken: Claim) -> list[int]:
    query = sa.select(PlanEntry.number).where(
        PlanEntry.run_id == taken.run_id,
        PlanEntry.number.between(taken.first, taken.last),
        PlanEntry.state.in_(("planned", "written")),
    )
    return sorted(model.Session.scalars(query))


def _mirror(taken: Claim, source: Source, renew: Callable[[], None]) -> float:
    began = time.monotonic()
    model.Session.expunge(source)
    with settings.open_client(source, config.mirror_limits()) as client:
        problems = copy.prepare(taken.run_id, taken.source_id, _step_numbers(taken), client, renew)
    model.Session.add_all(applying.to_finding(taken.run_id, problem) for problem in problems)
    model.Session.commit()
    return time.monotonic() - began


def carry_out(
    run_id: str, writer: Writer, progress: Progress = ignore_progress, renew: Callable[[], None] = lambda: None
) -> Run:
    """Carry out a run in this process, beside whatever workers claim its chunks too. Safe to repeat.

    Returns when the run is done, or when somebody cancelled or paused it.
    """
    with locks.WorkLocks() as work_locks, rare_garbage_collection():
        while True:
            renew()
            taken = retry.retry_on_outage(lambda: claim_chunk(work_locks, run_id), config.patience(), renew)
            if taken is None:
                run = finish(run_id)
                if run.state != "applying":
                    return run
                time.sleep(0.2)  # another process is at the last chunks
                continue
            carry_out_chunk(taken, writer, renew)
            work_locks.release(taken.key)
            progress("apply", *count_steps(run_id))


# Garbage collection is set here, not where a worker is started: harvests also run in `ckan nx harvest run` and in the
# processes that `ckan jobs worker` forks for each job, and the settings of the process are restored afterwards.

YOUNG_OBJECTS = 10_000
"""Containers made before the youngest generation is collected; Python's default is 700."""

_DEFAULT_THRESHOLDS = gc.get_threshold()


@contextlib.contextmanager
def rare_garbage_collection() -> Iterator[None]:
    """Collect garbage less often while a harvest makes many short-lived objects.

    What the process holds already is not looked through at all; a process that serves pages has frozen that itself.
    """
    own = not gc.get_freeze_count()
    if own:
        gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *_DEFAULT_THRESHOLDS[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_DEFAULT_THRESHOLDS)
        if own:
            gc.unfreeze()


def work_for(writer: Writer, seconds: float) -> bool:
    """Carry out chunks by the priority of their runs for about ``seconds``; tell whether there is more to do."""
    end = time.monotonic() + seconds
    with locks.WorkLocks() as work_locks, rare_garbage_collection():
        while taken := retry.retry_on_outage(lambda: claim_chunk(work_locks), config.patience()):
            renew = _renewer(taken)
            renew()
            carry_out_chunk(taken, writer, renew)
            work_locks.release(taken.key)
            finish(taken.run_id)
            if time.monotonic() > end:
                return bool(runs_by_priority())
    return False


def _renewer(taken: Claim) -> Callable[[], None]:
    def renew() -> None:
        try:
            locks.take(taken.source_id, taken.run_id)
        except ServiceUnreachableError:
            log.warning("the lock of source %s could not be renewed", taken.source_id)

    return renew


def count_steps(run_id: str) -> tuple[int, int]:
    """Count how many steps of a run's plan are done, and how many there are."""
    done = sa.func.coalesce(sa.func.sum(Chunk.steps).filter(Chunk.state == "done"), 0)
    row = model.Session.execute(
        sa.select(done, sa.func.coalesce(sa.func.sum(Chunk.steps), 0)).where(Chunk.run_id == run_id)
    ).one()
    return int(row[0]), int(row[1])


# Ending


def finish(run_id: str) -> Run:
    """Close a run whose chunks are all done, and remember its reading for the next. Safe to repeat."""
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    waiting = sa.select(Chunk.number).where(Chunk.run_id == run_id, Chunk.state == "waiting").limit(1)
    if run.state != "applying" or model.Session.scalar(waiting) is not None:
        model.Session.commit()
        return run
    counts, moved = dict(run.counts), {"refused": "refused", "duplicate": "duplicate"}
    became = model.Session.execute(
        sa.select(PlanEntry.kind, PlanEntry.state, sa.func.count())
        .where(PlanEntry.run_id == run_id, PlanEntry.state.in_(moved), PlanEntry.kind != PlanEntry.state)
        .group_by(PlanEntry.kind, PlanEntry.state)
    )
    for kind, state, number in became:
        counts[kind] -= number
        counts[moved[state]] += number
    finished = utc_now()
    run.counts = counts
    run.stages = run.stages | _stages(run, (finished - (run.planned or finished)).total_seconds())
    states.take_step(run, "finish")
    count_problems(run)
    source = model.Session.get_one(Source, run.source_id, populate_existing=True)
    clean = not run.doubts and not counts["refused"]
    source.trail = run.evidence.get("trail", []) if clean else []
    source.fingerprint = run.evidence.get("fingerprint", "") if clean else ""
    source.memory = run.evidence.get("memory", {}) if clean else {}
    model.Session.commit()
    locks.release(source.id, run_id)
    log.info("run %s done: %s", run_id, counts)
    return run


def finish_completed_runs() -> list[str]:
    """Close the runs whose chunks are done although nobody closed them; return their ids."""
    waiting = sa.exists().where(Chunk.run_id == Run.id, Chunk.state == "waiting")
    left = sa.select(Run.id).where(Run.state == "applying", sa.not_(waiting))
    return [run_id for run_id in list(model.Session.scalars(left)) if finish(run_id).state == "done"]


def _stages(run: Run, seconds: float) -> dict[str, float]:
    """Return the seconds by stage: ``apply`` from the first chunk to the last, ``mirror`` summed over the workers."""
    mirroring = model.Session.scalar(sa.select(sa.func.sum(Chunk.mirror_seconds)).where(Chunk.run_id == run.id)) or 0
    stages = {"apply": round(max(seconds, 0.0), 3)}
    return stages | {"mirror": round(mirroring, 3)} if mirroring else stages


def fail(run_id: str, error: HarvestError) -> Run:
    """End a run that could not go on. What it has written so far stays; one that was cancelled meanwhile stays so."""
    model.Session.rollback()
    run = model.Session.get_one(Run, run_id, populate_existing=True)
    if states.is_possible("fail", run.state):
        states.take_step(run, "fail")
    model.Session.add(applying.to_finding(run_id, Problem.from_error(error, "source")))
    count_problems(run)
    model.Session.commit()
    locks.release(run.source_id, run_id)
    log.warning("run %s of source %s failed: %s", run_id, run.source_id, error)
    return run


def count_problems(run: Run) -> None:
    """Bring the number of a run's problems up to date; the caller commits."""
    model.Session.flush()
    run.problem_count = model.Session.scalar(sa.select(sa.func.count()).where(Finding.run_id == run.id)) or 0
