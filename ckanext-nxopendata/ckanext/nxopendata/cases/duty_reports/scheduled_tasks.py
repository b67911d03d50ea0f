"""What the clock brings about for permissions: their end and their duties are reminded of, once a stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.deadline import count_workdays
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, SYSTEM
from ckanext.nxopendata.cases.duties.models import Duty
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import moves, notices
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.scheduler import schedule
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import EDITOR

STAGES = (30, 10, 1)
"""Working days before the end of a permission, or before the day of a duty, at which people are reminded."""

AHEAD = dt.timedelta(days=75)
"""Calendar days in which the first stage lies at most, the longest holidays among them."""


def schedule_tasks() -> None:
    """Remind once a day, after the cases have moved."""
    schedule("25 0 * * *", "case duties daily", run_duties)


def run_duties() -> dict[str, int]:
    """Remind of permissions that end, and of duties that are due or violated.

    Returns:
        Of how many permissions (``ending``) and duties (``duties``) somebody was told.
    """
    counts = {"ending": 0, "duties": 0}
    for name, work in (("ending", remind_of_ends), ("duties", remind_of_duties)):
        for _ in work():
            model.Session.commit()
            counts[name] += 1
    return counts


def remind_of_ends() -> Iterator[Case]:
    """Yield each case of which the applicant was told that the permission ends."""
    in_force = [
        (kind.name, state.name) for kind in registry.kinds().values() for state in kind.states if state.in_force
    ]
    ends = Case.answers["agreed_ends"].astext
    query = sa.select(Case).where(
        sa.tuple_(Case.kind, Case.state).in_(in_force),
        ends >= today().isoformat(),
        ends <= (today() + AHEAD).isoformat(),
    )
    for case in list(model.Session.scalars(query.order_by(Case.serial))):
        day = dt.date.fromisoformat(case.answers["agreed_ends"])
        stage = find_stage(day)
        if stage is not None and _write_once(case, "ending", {"ends": day.isoformat(), "stage": stage}):
            notices.tell_end(case, day)
            yield case


def remind_of_duties() -> Iterator[Duty]:
    """Yield each duty of which somebody was told: the applicant before its day, both sides once it is violated."""
    query = (
        sa.select(Duty, Case)
        .join(Case, Case.id == Duty.case_id)
        .where(Duty.performed.is_(None), Duty.void.is_(False), Duty.due <= today() + AHEAD)
        .order_by(Duty.id)
    )
    for duty, case in list(model.Session.execute(query)):
        is_violated = duty.state == "violated"
        stage = 0 if is_violated else find_stage(duty.due)
        if case.kind not in registry.kinds() or stage is None:
            continue
        if _write_once(case, "duty_late" if is_violated else "duty_due", {"duty": duty.id, "stage": stage}):
            for role in (APPLICANT, EDITOR) if is_violated else (APPLICANT,):
                notices.tell_duty(case, role, duty.due, late=is_violated)
            yield duty


def find_stage(day: dt.date) -> int | None:
    """Return the stage that has been reached before a day; None before the first."""
    left = count_workdays(holidays.calendar(), today(), day)
    reached = [stage for stage in STAGES if left <= stage]
    return reached[-1] if reached else None


def _write_once(case: Case, action: str, mark: dict[str, object]) -> bool:
    if any(event.action == action and event.detail == mark for event in moves.list_events(case.id)):
        return False
    moves.write(case, action, "", SYSTEM, "", mark)
    return True
