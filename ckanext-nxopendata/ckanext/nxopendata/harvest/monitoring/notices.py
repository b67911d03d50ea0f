"""Notify people of what needs them: runs that wait, that failed, that refused records.

A notice is marked on the run in the statement that looks whether it was sent, so that any number of processes may
look, as often as they like, and everybody is notified once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import register_topic
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import messages
from ckanext.nxopendata.harvest.models import Finding, Json, PlanEntry, Run, Source

log = logging.getLogger(__name__)

LOOK_BACK = dt.timedelta(days=3)
"""Runs that ended longer ago are nobody's news."""

NEWS = ("held", "failed", "done")
"""States that may need a person."""


def describe_held(params: Mapping[str, Any]) -> str:
    """Say that a run waits for a person."""
    return tk._(
        'The harvest of "{source}" waits for your decision: {create} new, {update} changed, {withdraw} to be'
        " withdrawn. Nothing has been written yet."
    ).format(**params)


def describe_failed(params: Mapping[str, Any]) -> str:
    """Say that a run could not go on."""
    reason = messages.sentence(params["code"], params["facts"])
    if params["written"]:
        rest = tk._("{written} datasets had been written before; the others are as they were.")
    else:
        rest = tk._("Nothing was written; its datasets are as they were.")
    return tk._('The harvest of "{source}" failed: {reason}').format(source=params["source"], reason=reason) + (
        " " + rest.format(written=params["written"])
    )


def describe_refused(params: Mapping[str, Any]) -> str:
    """Say that a run refused records."""
    return tk._('{refused} of {records} records of "{source}" were refused; the others were taken.').format(**params)


register_topic("harvest_held", describe_held)
register_topic("harvest_failed", describe_failed)
register_topic("harvest_refused", describe_refused)


def find_news() -> list[str]:
    """Find the runs in states that may need a person and that nobody was notified of; return their ids."""
    notified = Run.note["told"].astext
    query = (
        sa.select(Run.id)
        .where(Run.state.in_(NEWS), notified.is_distinct_from(Run.state))
        .where(sa.func.coalesce(Run.finished, Run.created) > utc_now() - LOOK_BACK)
        .order_by(Run.created)
    )
    return list(model.Session.scalars(query))


def notify_of(run_id: str) -> bool:
    """Notify people of a run if it needs them, and mark it as looked at; the caller commits.

    Returns:
        Whether somebody was notified.
    """
    notified = Run.note["told"].astext
    mark = Run.note.op("||")(sa.func.jsonb_build_object("told", Run.state))
    claim = sa.update(Run).where(Run.id == run_id, notified.is_distinct_from(Run.state)).values(note=mark)
    claimed = model.Session.execute(claim, execution_options={"synchronize_session": False}).rowcount  # pyright: ignore
    run = model.Session.get_one(Run, run_id, populate_existing=True)
    source = model.Session.get(Source, run.source_id)
    news = _news(run, source) if claimed and source else None
    if not news or source is None:
        return False
    topic, params = news
    target = {"endpoint": "nx_harvest.run", "values": {"run_id": run.id}}
    inbox.tell(_people(source), topic, {"source": source.title, **target, **params})
    log.info("notified of run %s: %s", run_id, topic)
    return True


def _news(run: Run, source: Source) -> tuple[str, Json] | None:
    """Return the topic and the parameters of a notice, or None."""
    if run.state == "held":
        return "harvest_held", {kind: run.counts.get(kind, 0) for kind in ("create", "update", "withdraw")}
    before = _before(run)
    if run.state == "failed":
        code, facts = _reason(run)
        if before and before.state == "failed" and _reason(before)[0] == code:
            return None  # told the first time it failed in this way
        return "harvest_failed", {"code": code, "facts": facts, "written": _written(run)}
    if run.counts.get("refused") and (before is None or _refusals(before) != _refusals(run)):
        records = run.evidence.get("records") or sum(run.counts.values())
        return "harvest_refused", {"refused": run.counts["refused"], "records": records}
    return None


def _before(run: Run) -> Run | None:
    """Return the run of the source before, those that found nothing changed aside."""
    query = (
        sa.select(Run)
        .where(Run.source_id == run.source_id, Run.created < run.created, Run.state.in_(("done", "failed")))
        .where(Run.note["not_modified"].is_(None))
        .order_by(Run.created.desc())
    )
    return model.Session.scalars(query.limit(1)).first()


def _reason(run: Run) -> tuple[str, Json]:
    query = sa.select(Finding.code, Finding.params).where(Finding.run_id == run.id, Finding.level == "source")
    row = model.Session.execute(query.order_by(Finding.id.desc()).limit(1)).first()
    return (row.code, row.params) if row else ("unexpected", {"reason": "?"})


def _refusals(run: Run) -> set[tuple[Any, ...]]:
    query = sa.select(Finding.guid, Finding.position, Finding.code, Finding.field)
    return set(map(tuple, model.Session.execute(query.where(Finding.run_id == run.id, Finding.refuses))))


def _written(run: Run) -> int:
    query = sa.select(sa.func.count()).where(PlanEntry.run_id == run.id, PlanEntry.state.in_(("written", "done")))
    return model.Session.scalar(query.where(PlanEntry.kind != "unchanged")) or 0


def _people(source: Source) -> list[model.User]:
    """Return the heads of the department (its editors when it has none) and the office; else the administrators."""
    own = roles.people(source.organization_id, ("admin",)) or roles.people(source.organization_id, ("editor",))
    office = roles.people(roles.office_id(), ("admin", "editor"))
    return list({person.id: person for person in [*own, *office]}.values()) or roles.sysadmins()
