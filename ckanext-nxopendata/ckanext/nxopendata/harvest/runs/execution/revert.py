"""Take the steps of a run back: bring their datasets to what they were before it. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import KnownRecord, PlanEntry, Source
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.runs.execution import apply
from ckanext.nxopendata.harvest.runs.execution.apply import WRITTEN_KINDS, Writer
from ckanext.nxopendata.harvest.withdrawal import marker


def list_steps(run_id: str) -> list[int]:
    """List the numbers of the steps that are to be taken back, the last first."""
    changed = (PlanEntry.run_id == run_id, PlanEntry.state.in_(("written", "done", "reverted")))
    return sorted(model.Session.scalars(sa.select(PlanEntry.number).where(*changed)), reverse=True)


def revert_steps(run_id: str, source_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Bring the datasets of some steps back to what they were before. Safe to repeat."""
    where = (PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers))
    query = sa.select(PlanEntry).where(*where, PlanEntry.state.in_(("written", "done"))).with_for_update()
    entries = list(model.Session.scalars(query))
    known = apply.find_records(source_id, [entry.guid for entry in entries])
    for entry in entries:
        entry.state = "reverted"
        record = known.get(entry.guid)
        if entry.kind in WRITTEN_KINDS:
            writer.revert(entry.dataset_id, entry.before)
        elif entry.kind == "duplicate" and not entry.data.get(decisions.SUCCESSOR) and record:
            model.Session.delete(record)  # the next run finds the same again
        if record is None or entry.kind not in WRITTEN_KINDS:
            continue
        former = next((change["old"] for change in entry.changes if change["field"] == decisions.SOURCE_CHANGE), None)
        if former:
            _give_back(entry.dataset_id, former)
        if entry.before is None or former:
            model.Session.delete(record)
            continue
        record.hash = ""  # the next run compares the content anew
        withdrawn = any(extra["key"] == marker.FIELD for extra in entry.before.get("extras", ()))
        record.state = "withdrawn" if withdrawn else "present"
        record.written = apply.restrict(entry.before, record.written)


def index_reverted(run_id: str, numbers: Sequence[int], writer: Writer) -> None:
    """Index the datasets of those steps that are taken back but not yet so in the index. Safe to repeat."""
    reverted = (PlanEntry.run_id == run_id, PlanEntry.number.in_(numbers), PlanEntry.state == "reverted")
    query = sa.select(PlanEntry.dataset_id).where(*reverted, PlanEntry.kind.in_(WRITTEN_KINDS))
    ids = list(model.Session.scalars(query))
    versions.publish_written(ids)
    writer.index(ids)
    model.Session.execute(
        sa.update(PlanEntry).where(*reverted).values(state="undone"),
        execution_options={"synchronize_session": False},
    )


def _give_back(dataset_id: str, source_name: str) -> None:
    """Let the source maintain a dataset again that another took over."""
    former = sa.select(Source.id).where(Source.name == source_name).scalar_subquery()
    model.Session.execute(
        sa.update(KnownRecord)
        .where(KnownRecord.dataset_id == dataset_id, KnownRecord.source_id == former, KnownRecord.state == "duplicate")
        .values(state="present", hash=""),
        execution_options={"synchronize_session": False},
    )
