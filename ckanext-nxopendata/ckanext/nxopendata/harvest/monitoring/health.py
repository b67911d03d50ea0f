"""The health of the sources: last success, freshness, what the last runs did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model
from croniter import croniter

from ckanext.nxopendata.core.timezone import to_china, utc_now
from ckanext.nxopendata.harvest.models import KnownRecord, Run, Source

TREND = 10
"""Runs that the trend shows."""

GRACE = dt.timedelta(hours=6)
"""How late a run may be before its source counts as stale."""


@dataclass(slots=True)
class Health:
    """A source's health.

    Attributes:
        verdict: ``good``; ``waiting`` for a person; ``stale``: no success since its schedule came round;
            ``failing``: the last run failed; ``new``: never harvested; ``paused``.
        last_success: When a run last came to its end, None if none did (UTC without zone).
        trend: The last runs, oldest first: state, seconds, records, refused.
    """

    id: str
    name: str
    title: str
    organization_id: str
    schedule: str
    verdict: str = "new"
    last_success: dt.datetime | None = None
    present: int = 0
    withdrawn: int = 0
    trend: list[dict[str, Any]] = field(default_factory=list)


def list_health(source_ids: Sequence[str]) -> list[Health]:
    """List the health of sources, those that need a person first."""
    sources = list(model.Session.scalars(sa.select(Source).where(Source.id.in_(source_ids))))
    successes = _successes(source_ids)
    records = _records(source_ids)
    rows = []
    for source in sources:
        health = Health(source.id, source.name, source.title, source.organization_id, source.schedule)
        health.last_success = successes.get(source.id)
        health.present = records.get((source.id, "present"), 0)
        health.withdrawn = records.get((source.id, "withdrawn"), 0)
        health.trend = _trend(source.id)
        health.verdict = _verdict(source, health)
        rows.append(health)
    order = ("failing", "waiting", "stale", "new", "good", "paused")
    return sorted(rows, key=lambda health: (order.index(health.verdict), health.name))


def _successes(source_ids: Sequence[str]) -> dict[str, dt.datetime]:
    query = (
        sa.select(Run.source_id, sa.func.max(Run.finished))
        .where(Run.source_id.in_(source_ids), Run.state == "done")
        .group_by(Run.source_id)
    )
    return {row[0]: row[1] for row in model.Session.execute(query)}


def _records(source_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    query = (
        sa.select(KnownRecord.source_id, KnownRecord.state, sa.func.count())
        .where(KnownRecord.source_id.in_(source_ids))
        .group_by(KnownRecord.source_id, KnownRecord.state)
    )
    return {(source_id, state): number for source_id, state, number in model.Session.execute(query)}


def _trend(source_id: str) -> list[dict[str, Any]]:
    query = sa.select(Run).where(Run.source_id == source_id).order_by(Run.created.desc()).limit(TREND)
    return [
        {
            "id": run.id,
            "state": run.state,
            "created": run.created.isoformat(),
            "seconds": round(sum(run.stages.values()), 1),
            "records": sum(run.counts.get(kind, 0) for kind in ("create", "update", "unchanged", "restore")),
            "refused": run.counts.get("refused", 0),
        }
        for run in reversed(list(model.Session.scalars(query)))
    ]


def _verdict(source: Source, health: Health) -> str:
    last = health.trend[-1]["state"] if health.trend else ""
    if source.state == "paused":
        return "paused"
    if last == "held":
        return "waiting"
    if last == "failed":
        return "failing"
    if not health.last_success:
        return "new"
    return "stale" if _overdue(source, health.last_success) else "good"


def _overdue(source: Source, last_success: dt.datetime) -> bool:
    """Tell whether the schedule came round since the last success, longer ago than the grace."""
    if not source.schedule:
        return False
    local = to_china(utc_now())
    due = croniter(source.schedule, local - GRACE).get_prev(dt.datetime).astimezone(dt.UTC).replace(tzinfo=None)
    return last_success < due and source.created < due
