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
from ckanext.nxopendata.harvest.runs.states import FINAL

FORGOTTEN = "plan_forgotten"
"""In a run's ``note``: the day its plan was removed."""

ROWS = 10_000
"""Rows removed in one transaction."""


def remove_old_plans() -> int:
    """Remove the plans and problems of runs that ended more than ``keep_plans_days`` days ago; how many runs.

    Safe to be killed and to repeat: a run is marked before the first of its rows goes.
    """
    if not config.keep_plans_days():
        return 0
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
    runs = list(model.Session.scalars(query))
    for run_id in runs:
        _remove_plan(run_id)
    return len(runs)


def _remove_plan(run_id: str) -> None:
    run = model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
    if run.state not in FINAL:  # somebody has begun to undo it meanwhile
        model.Session.rollback()
        return
    run.note = {FORGOTTEN: utc_now().date().isoformat(), **run.note}
    model.Session.commit()
    for table in (PlanEntry, Finding, Chunk):
        place = sa.literal_column("ctid")
        some = sa.select(place).select_from(table).where(table.run_id == run_id).limit(ROWS)
        statement = sa.delete(table).where(place.in_(some.scalar_subquery())).returning(table.run_id)
        while model.Session.execute(statement, execution_options={"synchronize_session": False}).first():
            model.Session.commit()
    model.Session.commit()
