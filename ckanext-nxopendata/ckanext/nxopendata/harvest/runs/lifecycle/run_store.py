"""Create runs, find and lock their rows."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest.models import Run, Source
from ckanext.nxopendata.harvest.runs import states


def create(source: Source, user_name: str) -> Run:
    """Create a run that has not begun; the caller commits."""
    run = Run(source_id=source.id, user_name=user_name, state="pending", created=utc_now(), problem_count=0)
    run.counts, run.stages, run.doubts, run.evidence, run.note = {}, {}, [], {}, {}
    model.Session.add(run)
    model.Session.flush()
    return run


def find_under_way(source_id: str) -> Run | None:
    """Find the oldest run of a source that has begun or waits to begin."""
    query = sa.select(Run).where(Run.source_id == source_id, Run.state.in_(states.UNDER_WAY)).order_by(Run.created)
    return model.Session.scalars(query.limit(1)).first()


def get(run_id: str) -> Run:
    """Return a run as it is in the database now."""
    return model.Session.get_one(Run, run_id, populate_existing=True)


def lock(run_id: str) -> Run:
    """Return a run whose row nobody else changes before the transaction is over."""
    return model.Session.get_one(Run, run_id, populate_existing=True, with_for_update=True)
