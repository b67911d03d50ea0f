"""Plans and problems of runs that ended long ago: removed, so that the tables do not grow for ever.

A run itself, its counts, doubts and times stay. So do the plan of the newest run of a source that wrote anything, which
alone can be undone, and the problems of its newest run, which the next one is compared with before people are told.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import aliased

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.models import Chunk, Finding, PlanEntry, Run
from ckanext.nxopendata.harvest.runs.lifecycle import run_store
from ckanext.nxopendata.harvest.runs.states import FINAL

FORGOTTEN = "plan_forgotten"
"""In a run's ``note``: the day its plan was removed."""

ROWS = 10_000
"""Rows removed in one transaction."""


def find_old_plans() -> list[str]:
    """Find the runs that ended more than ``keep_plans_days`` days ago and whose plan or problems can go."""
    if not config.keep_plans_days():
        return []
    later = aliased(Run)
    wrote_later = (
        sa.select(PlanEntry.number)
        .join(later, later.id == PlanEntry.run_id)
        .where(later.source_id == Run.source_id, later.created > Run.created, later.state != "undone")
        .where(PlanEntry.state.in_(("written", "done")))
    )
    followed = (
        sa.select(later.id)
        .where(later.source_id == Run.source_id, later.created > Run.created, later.state.in_(("done", "failed")))
        .where(later.note["not_modified"].is_(None))
    )
    wrote = sa.select(PlanEntry.number).where(PlanEntry.run_id == Run.id, PlanEntry.state.in_(("written", "done")))
    marked = Run.note.has_key(FORGOTTEN)
    left = sa.or_(*(sa.exists().where(table.run_id == Run.id) for table in (PlanEntry, Finding, Chunk)))
    query = (
        sa.select(Run.id)
        .where(Run.state.in_(FINAL), Run.finished < utc_now() - dt.timedelta(days=config.keep_plans_days()), left)
        .where(sa.or_(marked, sa.and_(followed.exists(), sa.or_(wrote_later.exists(), sa.not_(wrote.exists())))))
        .order_by(Run.finished, Run.created)
    )
    return list(model.Session.scalars(query))


def mark_removed(run_id: str) -> bool:
    """Mark a run as one without a plan, before the first of its rows goes; the caller commits.

    Returns:
        Whether the rows may go; False when somebody has begun to undo the run meanwhile.
    """
    run = run_store.lock(run_id)
    if run.state not in FINAL:
        return False
    run.note = {FORGOTTEN: utc_now().date().isoformat(), **run.note}
    return True


def remove_rows(run_id: str) -> bool:
    """Remove some rows of a run's plan and problems; the caller commits. Tell whether there may be more."""
    for table in (PlanEntry, Finding, Chunk):
        place = sa.literal_column("ctid")
        some = sa.select(place).select_from(table).where(table.run_id == run_id).limit(ROWS)
        statement = sa.delete(table).where(place.in_(some.scalar_subquery())).returning(table.run_id)
        if model.Session.execute(statement, execution_options={"synchronize_session": False}).first():
            return True
    return False
