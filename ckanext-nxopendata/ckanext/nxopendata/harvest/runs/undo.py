"""Undoing a run: bring its datasets back to what they were before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.errors import HarvestError, RunBusyError, RunStateError
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import KnownRecord, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.runs import apply as applying
from ckanext.nxopendata.harvest.runs import locks, retention, retry, states
from ckanext.nxopendata.harvest.runs.apply import Writer
from ckanext.nxopendata.harvest.withdrawal import marker


def undo(run_id: str, writer: Writer) -> Run:
    """Bring the datasets of a finished run back to what they were before it. Goes on with an undoing that stopped.

    Datasets that the run created are deleted (a sysadmin can undelete them); the others get their former
    content, edits that people made since then included in what is lost. The source is read anew by the next run.

    Raises:
        RunStateError: It is not the last run of its source that changed anything.
        RunBusyError: Its source is being harvested.
    """
    run = begin_undo(run_id)
    with locks.lock_source(run.source_id, run_id) as renew:
        return finish_undo(run_id, writer, renew)


def begin_undo(run_id: str) -> Run:
    """Let a run be undone, by whoever is free; until it is, no other run of its source begins.

    Raises:
        RunStateError: It is not the last run of its source that changed anything.
        RunBusyError: Its source is being harvested.
    """
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    try:
        if _is_overtaken(run):
            raise RunStateError(states.TRANSITIONS["undo"].error)
        states.take_step(run, "undo")
        if not locks.take(run.source_id, run_id):
            raise RunBusyError
    except HarvestError:
        model.Session.rollback()
        raise
    model.Session.commit()
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


def finish_undo(run_id: str, writer: Writer, renew: Callable[[], None]) -> Run:
    """Carry out an undoing that has begun, under the lock of its source. Safe to repeat.

    Raises:
        RunBusyError: Another process undoes the run.
    """

    def undo_all() -> Run:
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        changed = (PlanEntry.run_id == run_id, PlanEntry.state.in_(("written", "done", "reverted")))
        numbers = sorted(model.Session.scalars(sa.select(PlanEntry.number).where(*changed)), reverse=True)
        for start in range(0, len(numbers), config.chunk()):
            renew()
            undo_chunk(run_id, run.source_id, numbers[start : start + config.chunk()], writer)
        run = model.Session.get_one(Run, run_id, populate_existing=True)
        source = model.Session.get_one(Source, run.source_id, populate_existing=True)
        states.take_step(run, "finish_undo")
        source.trail, source.fingerprint, source.memory = [], "", {}
        model.Session.commit()
        return run

    with locks.WorkLocks() as work_locks:
        if not retry.retry_on_outage(lambda: work_locks.take(f"undo:{run_id}"), config.patience(), renew):
            raise RunBusyError
        return retry.retry_on_outage(undo_all, config.patience(), renew)


def undo_chunk(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Bring the datasets of some steps back to what they were before; one transaction, one index batch.

    Safe to repeat: a process that dies in between leaves steps ``reverted``; the next call indexes them.
    """
    where = (PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers))
    query = sa.select(PlanEntry).where(*where, PlanEntry.state.in_(("written", "done"))).with_for_update()
    entries = list(model.Session.scalars(query))
    known = applying.find_records(source_id, [entry.guid for entry in entries])
    for entry in entries:
        entry.state = "reverted"
        record = known.get(entry.guid)
        if entry.kind in applying.WRITTEN_KINDS:
            writer.revert(entry.dataset_id, entry.before)
        elif entry.kind == "duplicate" and not entry.data.get(applying.SUCCESSOR) and record:
            model.Session.delete(record)  # the next run finds the same again
        if record is None or entry.kind not in applying.WRITTEN_KINDS:
            continue
        former = next((change["old"] for change in entry.changes if change["field"] == applying.SOURCE_CHANGE), None)
        if former:
            _give_back(entry.dataset_id, former)
        if entry.before is None or former:
            model.Session.delete(record)
            continue
        record.hash = ""  # the next run compares the content anew
        withdrawn = any(extra["key"] == marker.FIELD for extra in entry.before.get("extras", ()))
        record.state = "withdrawn" if withdrawn else "present"
        record.written = applying.restrict(entry.before, record.written)
    model.Session.commit()
    _index_reverted(where, writer)


def _index_reverted(where: Sequence[sa.ColumnElement[bool]], writer: Writer) -> None:
    reverted = (*where, PlanEntry.state == "reverted")
    query = sa.select(PlanEntry.dataset_id).where(*reverted, PlanEntry.kind.in_(applying.WRITTEN_KINDS))
    ids = list(model.Session.scalars(query))
    versions.publish_written(ids)
    writer.index(ids)
    model.Session.execute(
        sa.update(PlanEntry).where(*reverted).values(state="undone"),
        execution_options={"synchronize_session": False},
    )
    model.Session.commit()
    model.Session.expunge_all()


def _give_back(dataset_id: str, source_name: str) -> None:
    """Let the source maintain a dataset again that another took over."""
    former = sa.select(Source.id).where(Source.name == source_name).scalar_subquery()
    model.Session.execute(
        sa.update(KnownRecord)
        .where(KnownRecord.dataset_id == dataset_id, KnownRecord.source_id == former, KnownRecord.state == "duplicate")
        .values(state="present", hash=""),
        execution_options={"synchronize_session": False},
    )
