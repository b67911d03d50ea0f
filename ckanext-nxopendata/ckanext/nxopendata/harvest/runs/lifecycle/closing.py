"""The end of a run: it is done, or cannot go on."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.errors import HarvestError, Problem
from ckanext.nxopendata.harvest.models import Chunk, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import findings
from ckanext.nxopendata.harvest.runs import states
from ckanext.nxopendata.harvest.runs.lifecycle import run_store

MOVED = ("refused", "duplicate")
"""States of steps that became something else than was planned; the kinds under which they are counted then."""


def finish(run: Run) -> bool:
    """Close a run whose chunks are all done, and remember its reading for the next; the caller commits.

    Args:
        run: Its row is locked.

    Returns:
        Whether it was closed; False when chunks are waiting, or it is not being carried out.
    """
    waiting = sa.select(Chunk.number).where(Chunk.run_id == run.id, Chunk.state == "waiting").limit(1)
    if run.state != "applying" or model.Session.scalar(waiting) is not None:
        return False
    finished = utc_now()
    run.counts = _count(run)
    run.stages = run.stages | _stages(run, (finished - (run.planned or finished)).total_seconds())
    states.take_step(run, "finish")
    findings.count(run)
    source = model.Session.get_one(Source, run.source_id, populate_existing=True)
    clean = not run.doubts and not run.counts["refused"]
    source.trail = run.evidence.get("trail", []) if clean else []
    source.fingerprint = run.evidence.get("fingerprint", "") if clean else ""
    source.memory = run.evidence.get("memory", {}) if clean else {}
    return True


def _count(run: Run) -> dict[str, int]:
    """Count the steps by kind, those that became something else under what they became."""
    counts = dict(run.counts)
    moved = model.Session.execute(
        sa.select(PlanEntry.kind, PlanEntry.state, sa.func.count())
        .where(PlanEntry.run_id == run.id, PlanEntry.state.in_(MOVED), PlanEntry.kind != PlanEntry.state)
        .group_by(PlanEntry.kind, PlanEntry.state)
    )
    for kind, state, number in moved:
        counts[kind] -= number
        counts[state] += number
    return counts


def _stages(run: Run, seconds: float) -> dict[str, float]:
    """Return the seconds by stage: ``apply`` from the first chunk to the last, ``mirror`` summed over the workers."""
    mirroring = model.Session.scalar(sa.select(sa.func.sum(Chunk.mirror_seconds)).where(Chunk.run_id == run.id)) or 0
    stages = {"apply": round(max(seconds, 0.0), 3)}
    return stages | {"mirror": round(mirroring, 3)} if mirroring else stages


def find_completed() -> list[str]:
    """Find the runs whose chunks are done although nobody closed them; return their ids."""
    waiting = sa.exists().where(Chunk.run_id == Run.id, Chunk.state == "waiting")
    return list(model.Session.scalars(sa.select(Run.id).where(Run.state == "applying", sa.not_(waiting))))


def fail(run_id: str, error: HarvestError) -> Run:
    """End a run that could not go on; the caller commits. One that was cancelled meanwhile stays so."""
    run = run_store.get(run_id)
    if states.is_possible("fail", run.state):
        states.take_step(run, "fail")
    findings.add(run_id, Problem.from_error(error, "source"))
    findings.count(run)
    return run


def finish_undo(run_id: str) -> Run:
    """Close a run whose steps are all taken back, so that the next run reads its source anew; the caller commits."""
    run = run_store.get(run_id)
    source = model.Session.get_one(Source, run.source_id, populate_existing=True)
    states.take_step(run, "finish_undo")
    source.trail, source.fingerprint, source.memory = [], "", {}
    return run
