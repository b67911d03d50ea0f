"""What earlier runs of a source left behind, once the lock of the source has passed to a new run.

Nobody is working on those runs any more.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.harvest.models import PlanEntry, Run
from ckanext.nxopendata.harvest.runs import states


def _earlier(source_id: str, new_run_id: str) -> sa.Select[tuple[str]]:
    return sa.select(Run.id).where(Run.source_id == source_id, Run.id != new_run_id)


def find_runs(source_id: str, new_run_id: str, in_states: Collection[str]) -> list[str]:
    """Find the earlier runs that are in one of some states; return their ids."""
    return list(model.Session.scalars(_earlier(source_id, new_run_id).where(Run.state.in_(in_states))))


def find_last_begun(source_id: str, new_run_id: str) -> str | None:
    """Find the last of the earlier runs that began; return its id."""
    begun = _earlier(source_id, new_run_id).where(Run.started.is_not(None))
    return model.Session.scalar(begun.order_by(Run.created.desc()).limit(1))


def find_unindexed(source_id: str, new_run_id: str) -> dict[str, list[int]]:
    """Find the steps that earlier runs wrote and did not index: id of the run -> numbers of the steps."""
    query = sa.select(PlanEntry.run_id, PlanEntry.number).where(
        PlanEntry.run_id.in_(_earlier(source_id, new_run_id)), PlanEntry.state == "written"
    )
    numbers: dict[str, list[int]] = {}
    for run_id, number in model.Session.execute(query):
        numbers.setdefault(run_id, []).append(number)
    return numbers


def supersede_held(source_id: str, new_run_id: str) -> None:
    """Drop the plans that wait for a person and are about to be outdated; the caller commits."""
    held = sa.select(Run).where(Run.id.in_(_earlier(source_id, new_run_id)), Run.state == "held")
    for run in model.Session.scalars(held):
        states.take_step(run, "supersede")
        run.note = run.note | {"superseded_by": new_run_id}
