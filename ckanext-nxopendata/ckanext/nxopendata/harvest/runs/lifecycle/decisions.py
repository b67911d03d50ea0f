"""Decisions of people about a run; :mod:`..states` says which is possible in which state.

The caller commits, or rolls back what raised an error.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import RunBusyError, RunStateError
from ckanext.nxopendata.harvest.models import PlanEntry, Run
from ckanext.nxopendata.harvest.runs import states
from ckanext.nxopendata.harvest.runs.coordination import locks
from ckanext.nxopendata.harvest.runs.execution import chunks
from ckanext.nxopendata.harvest.runs.lifecycle import retention, run_store


def release(run_id: str) -> Run:
    """Let a run that waits for a person be carried out by whoever is free.

    Raises:
        RunStateError: The run does not wait.
    """
    run = run_store.lock(run_id)
    states.take_step(run, "approve")
    chunks.split_into_chunks(run_id, config.chunk())
    run.planned = utc_now()
    return run


def refuse(run_id: str) -> Run:
    """Drop the plan of a run that waits for a person; nothing is written.

    Raises:
        RunStateError: The run does not wait.
    """
    run = run_store.lock(run_id)
    states.take_step(run, "refuse")
    return run


def cancel(run_id: str) -> Run:
    """Stop a run after the chunks that are being written; what is written stays, what is not is dropped.

    A run that is over already, or that is being undone, stays as it is. The lock of the source is the caller's to
    release, once the decision is committed.
    """
    run = run_store.lock(run_id)
    if states.is_possible("cancel", run.state):
        states.take_step(run, "cancel")
    return run


def pause(run_id: str) -> Run:
    """Stop a run after the chunks that are being written, until it is resumed. Its source stays locked for it.

    Raises:
        RunStateError: There is nothing to pause.
    """
    run = run_store.lock(run_id)
    before = run.state
    states.take_step(run, "pause")
    run.note = run.note | {"paused": before}
    return run


def resume(run_id: str) -> Run:
    """Let a paused run go on: with its plan if it had been finished, else from the beginning.

    Raises:
        RunStateError: It is not paused.
        RunBusyError: Another run of its source has begun.
    """
    run = run_store.lock(run_id)
    states.take_step(run, "resume_applying" if run.note.get("paused") == "applying" else "resume")
    if not locks.take(run.source_id, run_id):
        raise RunBusyError
    run.note = {key: value for key, value in run.note.items() if key != "paused"}
    return run


def begin_undo(run_id: str) -> Run:
    """Let a run be undone, by whoever is free; until it is, no other run of its source begins.

    Raises:
        RunStateError: It is not the last run of its source that changed anything.
        RunBusyError: Its source is being harvested.
    """
    run = run_store.lock(run_id)
    if _is_overtaken(run):
        raise RunStateError(states.ERRORS["undo"])
    states.take_step(run, "undo")
    if not locks.take(run.source_id, run_id):
        raise RunBusyError
    return run


def _is_overtaken(run: Run) -> bool:
    """Tell whether a later run changed anything, or the plan of this one was removed."""
    later = (
        sa.select(Run.id)
        .join(PlanEntry, PlanEntry.run_id == Run.id)
        .where(Run.source_id == run.source_id, Run.created > run.created, Run.state != "undone")
        .where(PlanEntry.state.in_(("written", "done")))
    )
    return retention.FORGOTTEN in run.note or model.Session.scalar(later.limit(1)) is not None
