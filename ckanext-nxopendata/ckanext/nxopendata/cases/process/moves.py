"""Move a case: the step, its effect, its place in the history, its clock. Nothing here commits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import ckan.plugins as p
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import deadline, registry
from ckanext.nxopendata.cases.definitions.deadline import Move, Standing
from ckanext.nxopendata.cases.definitions.kind import (
    ANSWERED,
    APPLICANT,
    ARTICLE,
    ENDED,
    OPEN,
    SYSTEM,
    UNANSWERED,
    WAITING,
    Kind,
    Step,
)
from ckanext.nxopendata.cases.interfaces import ICaseFollower
from ckanext.nxopendata.cases.letters import numbers, signature
from ckanext.nxopendata.cases.models import Case, Event
from ckanext.nxopendata.cases.process import effects
from ckanext.nxopendata.cases.ties import following
from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.timezone import today, utc_now


def list_events(case_id: str) -> list[Event]:
    """Return the history of a case, the oldest first."""
    return list(model.Session.scalars(sa.select(Event).where(Event.case_id == case_id).order_by(Event.id)))


def find_standing(kind: Kind, events: Sequence[Event]) -> Standing:
    """Return how the clock of a case stands, by the calendar in use."""
    moves = [Move(event.day, event.target, event.extends) for event in events if event.target]
    return deadline.find_standing(kind, moves, holidays.calendar())


def begin(case: Case, actor_id: str, role: str, received: dt.date | None = None) -> None:
    """Store a new case where its kind begins, and start its clock; on the day ``received``, which is today."""
    kind = registry.kinds()[case.kind]
    case.state, case.phase, case.received = kind.start.name, kind.start.phase, received or today()
    case.marks = kind.start.marks
    model.Session.add(case)
    model.Session.flush()
    _add(case, Event(action="create", target=case.state, actor_id=actor_id, role=role))
    _wind_clock(case, kind)


def take(
    case: Case,
    step: Step,
    actor_id: str,
    role: str,
    *,
    opinion: str = "",
    outcome: str = "",
    answers: Mapping[str, Any],
) -> None:
    """Take a step that is allowed: state, effect, history and clock change together.

    Args:
        case: locked by the caller.
        answers: to the questions of the step.
    """
    kind = registry.kinds()[case.kind]
    before, after = kind.state_by_name[case.state], kind.state_by_name[step.target]
    # A limit that was not kept is not forgotten because the next one is: each clock that is left late counts.
    left_late = bool(before.clock) and after.clock != before.clock and _is_late(case, kind)
    case.state, case.phase = after.name, after.phase
    case.suspends, case.marks = after.suspends, after.marks
    kept = {
        name: value for name, value in case.answers.items() if name != ARTICLE or _keeps_article(case, step, outcome)
    }
    case.answers = {**kept, **answers}
    actor = model.User.get(actor_id) if actor_id else None
    detail: dict[str, Any] = {"answers": dict(answers), "outcome": outcome} if answers or outcome else {}
    if step.letter is not None:
        detail["letter"] = max(numbers.number_letters(list_events(case.id), kind), default=0) + 1
        detail["signer"] = signature.find_signer(case, role, actor)
        if after.answer_within:  # the day that the letter names, whatever comes later
            detail["until"] = holidays.calendar().after(today(), after.answer_within).day.isoformat()
    _forward(case, step, answers)
    case.outcome = outcome or case.outcome
    case.version += 1
    case.modified = utc_now()
    is_answer = before.phase in (OPEN, WAITING) and after.phase in (ANSWERED, ENDED) and role != APPLICANT
    is_answer = is_answer and UNANSWERED not in step.when  # closed for want of the applicant's words, nothing answers
    if is_answer and case.answered is None:
        case.answered = today()
        case.answered_late = bool(case.answered_late)
    if left_late:
        case.answered_late = True
    renews = any(field.name == "agreed_ends" for field in step.fields)
    name = actor.name if actor else ""
    effects.apply(case, before, after, name, by_system=role == SYSTEM, renews=renews)
    following.announce(case, before, after, "" if role in (APPLICANT, SYSTEM) else actor_id)
    event = Event(
        action=step.action,
        source=before.name,
        target=after.name,
        actor_id=actor_id,
        role=role,
        opinion=opinion,
        extends=step.extends,
        detail=detail,
    )
    _add(case, event)
    _wind_clock(case, kind)
    for plugin in p.PluginImplementations(ICaseFollower):
        plugin.follow_case(case, step, role, opinion, actor)


def take_system_step(case: Case, facts: Sequence[str] = ()) -> Step | None:
    """Take the step that the system may take now, if there is one; return it."""
    kind = registry.kinds()[case.kind]
    possible = workflow.list_possible(kind.transitions, case.state, [SYSTEM], facts)
    if not possible:
        return None
    step = kind.step(possible[0].action)
    take(case, step, "", SYSTEM, outcome=step.outcomes[0] if step.outcomes else "", answers={})
    return step


def write(
    case: Case, action: str, actor_id: str, role: str, text: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Write down what moves nothing: a message, a reminder, a limit computed anew."""
    _add(case, Event(action=action, actor_id=actor_id, role=role, opinion=text, detail=dict(detail or {})))


def recompute(case: Case) -> bool:
    """Compute the limit by the calendar in use; write down what it was where it changed, and return whether it did."""
    before, rest = case.due, (case.due_unsure, case.reply_due)
    _wind_clock(case, registry.kinds()[case.kind])
    if case.due == before:
        return (case.due_unsure, case.reply_due) != rest
    told = {"before": _iso(before), "after": _iso(case.due)}
    write(case, "recompute", "", SYSTEM, "", told)
    return True


def _add(case: Case, event: Event) -> None:
    event.case_id, event.day = case.id, case.received if event.action == "create" else today()
    for name in ("source", "target", "actor_id", "opinion"):
        setattr(event, name, getattr(event, name) or "")
    event.extends, event.detail = bool(event.extends), event.detail or {}
    model.Session.add(event)
    model.Session.flush()


def _keeps_article(case: Case, step: Step, outcome: str) -> bool:
    """Whether an answer still rests on the article of the one before: a founded objection after its data was treated.

    One that asks for an article itself, or decides the other way, does not.
    """
    groups = {one.code: one.group for one in registry.kinds()[case.kind].outcomes}
    asks = any(field.name == ARTICLE for field in step.fields)
    return not outcome or (not asks and groups.get(outcome) == groups.get(case.outcome))


def _forward(case: Case, step: Step, answers: Mapping[str, Any]) -> None:
    """Give the case to the department that the step names; the first one that had it goes on taking part.

    A step that returns gives it back to that one.
    """
    named = [answers[field.name] for field in step.fields if field.type == "department"]
    if step.returns and case.forwarded_by:
        case.owner_org, case.forwarded_by = case.forwarded_by, ""
    elif named:
        first = case.forwarded_by or case.owner_org
        case.owner_org, case.forwarded_by = named[0], first if first != named[0] else ""


def _is_late(case: Case, kind: Kind) -> bool:
    """Return whether the department has used up more days than it has; while somebody else is asked none are added."""
    standing = find_standing(kind, list_events(case.id))
    if standing.stopped:
        return standing.used > standing.limit
    return standing.due is not None and today() > standing.due


def _wind_clock(case: Case, kind: Kind) -> None:
    standing = find_standing(kind, list_events(case.id))
    case.due, case.due_unsure, case.reply_due = standing.due, bool(standing.unknown_years), standing.reply_due


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
