"""What the clock brings about: agreements end, limits are computed anew, those who answer are reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import quarter, registry
from ckanext.nxopendata.cases.definitions.deadline import count_workdays
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, OPEN, SYSTEM, WAITING
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import moves, notices
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

STAGES = ((3, EDITOR), (1, EDITOR), (-1, HEAD), (-5, OFFICE))
"""Working days that are left, below 0 that are over; and who is told then."""

AGAIN = 30
"""Days after which somebody is reminded once more of a plan that is late."""

REPLY_STAGES = ((3, APPLICANT), (1, APPLICANT), (-1, EDITOR), (-5, OFFICE))
"""The same of what the applicant is asked for: once the day has passed the department decides, else the office."""


def end_agreements() -> Iterator[Case]:
    """Yield each case whose agreement has ended by time, moved and told."""
    in_force = [
        (kind.name, state.name) for kind in registry.kinds().values() for state in kind.states if state.in_force
    ]
    query = sa.select(Case.id).where(
        sa.tuple_(Case.kind, Case.state).in_(in_force),
        Case.answers["agreed_ends"].astext < today().isoformat(),
    )
    for case_id in list(model.Session.scalars(query)):
        case = model.Session.get(Case, case_id, with_for_update=True, populate_existing=True)
        if case is None or (case.kind, case.state) not in in_force:
            continue
        step = moves.take_system_step(case)
        if step is not None:
            notices.tell_step(case, step, SYSTEM, "", None)
            yield case


def recompute_limits() -> Iterator[Case]:
    """Yield each case whose limit is another by the calendar in use now."""
    query = (
        sa.select(Case).where(Case.phase.in_((OPEN, WAITING)), Case.kind.in_(registry.kinds())).order_by(Case.serial)
    )
    for case in list(model.Session.scalars(query)):
        if moves.recompute(case):
            yield case


def remind() -> Iterator[Case]:
    """Yield each case of which somebody was reminded: once a stage of a limit, or of the day to reply by."""
    last = today() + dt.timedelta(days=20)
    is_near = sa.or_(
        sa.and_(Case.phase == OPEN, Case.due <= last), sa.and_(Case.phase == WAITING, Case.reply_due <= last)
    )
    query = sa.select(Case).where(is_near, Case.kind.in_(registry.kinds())).order_by(Case.serial)
    for case in list(model.Session.scalars(query)):
        if _remind_of(case):
            yield case


def remind_of_plans() -> Iterator[Case]:
    """Yield each case that was planned for a quarter that is over, and of which somebody was reminded.

    Once when the quarter is over, and once more every ``AGAIN`` days until it is done.
    """
    for kind in registry.kinds().values():
        planned = [(step.target, field.name) for step in kind.steps for field in step.fields if field.type == "quarter"]
        for state, name in planned:
            code = Case.answers[name].astext
            over = sa.and_(code.regexp_match(f"^{quarter.CODE.pattern}$"), code < quarter.of_day(today()))
            query = sa.select(Case).where(Case.kind == kind.name, Case.state == state, over).order_by(Case.serial)
            for case in list(model.Session.scalars(query)):
                last = quarter.last_day(case.answers[name])
                mark = {"plan": case.answers[name], "stage": (today() - last).days // AGAIN}
                if any(event.action == "remind" and event.detail == mark for event in moves.list_events(case.id)):
                    continue
                notices.remind_of_plan(case, last)
                moves.write(case, "remind", "", SYSTEM, "", mark)
                yield case


def _remind_of(case: Case) -> bool:
    """Remind of one case, unless it was done at this stage; return whether anybody was."""
    is_reply = case.phase == WAITING
    day = case.reply_due if is_reply else case.due
    stage = find_stage(day, REPLY_STAGES if is_reply else STAGES) if day else None
    if day is None or stage is None:
        return False
    mark = {"reply" if is_reply else "due": day.isoformat(), "stage": stage[0]}
    if any(event.action == "remind" and event.detail == mark for event in moves.list_events(case.id)):
        return False
    tell = notices.remind_of_reply if is_reply else notices.remind
    tell(case, stage[1], late=stage[0] < 0)
    moves.write(case, "remind", "", SYSTEM, "", mark)
    return True


def find_stage(due: dt.date, stages: tuple[tuple[int, str], ...] = STAGES) -> tuple[int, str] | None:
    """Return the stage that has been reached of a limit; None before the first."""
    calendar, day = holidays.calendar(), today()
    left = count_workdays(calendar, day, due) if due >= day else -count_workdays(calendar, due, day)
    if due < day and left == 0:
        return None
    reached = [stage for stage in stages if left <= stage[0]]
    return reached[-1] if reached else None
