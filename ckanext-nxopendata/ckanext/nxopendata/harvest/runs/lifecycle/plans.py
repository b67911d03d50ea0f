"""The plan of a run: when it is begun, and what follows from it when the source is read."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.models import Chunk, Finding, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import decisions, known_records
from ckanext.nxopendata.harvest.planning.planner import Planner, PlanningStoppedError
from ckanext.nxopendata.harvest.runs import states
from ckanext.nxopendata.harvest.runs.execution import chunks
from ckanext.nxopendata.harvest.runs.lifecycle import run_store

log = logging.getLogger(__name__)


def begin(run_id: str) -> Source:
    """Begin the plan of a run, or begin it anew, and return its source; the caller commits.

    Raises:
        PlanningStoppedError: The run was cancelled or paused.
    """
    run = run_store.lock(run_id)
    if not states.is_possible("plan", run.state):
        raise PlanningStoppedError
    for table in (Chunk, PlanEntry, Finding):
        model.Session.execute(sa.delete(table).where(table.run_id == run_id))
    states.take_step(run, "plan")
    run.started = run.heartbeat = utc_now()
    return model.Session.get_one(Source, run.source_id, populate_existing=True)


def close_unchanged(run_id: str, source: Source, seconds: float) -> Run:
    """End the run of a source that says that nothing has changed; the caller commits.

    Args:
        run_id: Id of the run.
        source: Its source.
        seconds: How long planning took.
    """
    run = _lock_while_planning(run_id)
    run.counts = dict.fromkeys(decisions.KINDS, 0) | {"unchanged": known_records.count_present(source.id)}
    run.stages = {"plan": seconds}
    run.note = {"not_modified": True}
    states.take_step(run, "skip")
    return run


def close(planner: Planner, seconds: float) -> Run:
    """Decide on withdrawals now that the reading has ended, and whether a person has to approve; the caller commits.

    Args:
        planner: What has read the source.
        seconds: How long planning took.
    """
    source, completeness = planner.source, planner.completeness
    issues = decisions.find_issues(completeness)
    present = known_records.count_present(source.id)
    if not issues and completeness.whole:
        planner.plan_withdrawals()
    planner.flush()
    run = _lock_while_planning(planner.run_id)
    run.doubts = issues
    run.evidence = {
        "pages": completeness.pages,
        "records": completeness.records,
        "declared_total": completeness.declared_total,
        "trail": completeness.trail if not completeness.issues else [],
        "fingerprint": planner.fingerprint,
        "memory": completeness.memory,
    }
    run.stages = {"plan": seconds}
    reason = planner.reason_to_hold(present)
    run.note = {"held": reason} if reason else {}
    states.take_step(run, "hold" if reason else "apply")
    run.planned = utc_now()
    chunks.split_into_chunks(run.id, config.chunk())
    log.info("run %s of source %s planned: %s", run.id, source.name, run.counts)
    return run


def _lock_while_planning(run_id: str) -> Run:
    run = run_store.lock(run_id)
    if run.state != "planning":
        raise PlanningStoppedError
    return run
