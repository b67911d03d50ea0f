"""Cases as lists and as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import (
    APPLICANT,
    DEPARTMENT,
    ENDED,
    FORWARDED,
    OPEN,
    ORGANISATION,
    UNANSWERED,
    UNCONDITIONAL,
    UNSUPPORTED,
    WAITING,
    Field,
    Kind,
    Step,
)
from ckanext.nxopendata.cases.duties import duty_store
from ckanext.nxopendata.cases.duties.models import Duty
from ckanext.nxopendata.cases.files import file_store
from ckanext.nxopendata.cases.letters import numbers
from ckanext.nxopendata.cases.models import Case, Event
from ckanext.nxopendata.cases.process import moves, participants
from ckanext.nxopendata.core import roles, workflow
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import EDITOR, HEAD, OFFICE

STAFF = (EDITOR, HEAD, OFFICE)
"""Roles in which somebody answers."""

RATED_FOR = 30
"""Days for which a rating may be changed, from the first one on."""

SHARED_FREELY = "1"
"""``nx_share_type`` of what departments share without conditions (2017 guide)."""

MOST_COUNTED = 10_000
"""A list counts no further: nobody turns so many pages."""


def list_cases(user: model.User, query: Mapping[str, Any]) -> tuple[int, list[Case]]:
    """Return how many cases a list holds (at most ``MOST_COUNTED``), and one page of them.

    Args:
        query: ``box``: ``mine`` (those the user applied for), ``desk`` (those the user's departments answer; for the
            office those without a department, and those on which it acts alone) or ``board`` (all); ``kind``,
            ``phase``, ``overdue``, ``attention`` (``unclear``, nobody is known to answer; ``disputed``), ``q``;
            ``limit``, ``offset``.
    """
    where = [_box(user, query["box"])]
    if query.get("kind"):
        where.append(Case.kind == query["kind"])
    if query.get("phase"):
        where.append(Case.phase == query["phase"])
    needed = _attention()
    if query.get("overdue"):
        where.append(needed["overdue"])
    if query.get("attention"):
        where.append(needed[query["attention"]])
    if words := (query.get("q") or "").strip():
        where.append(_matches(words))
    order = [Case.serial.desc()] if query["box"] == "mine" else [Case.due.asc().nulls_last(), Case.serial.desc()]
    counted = sa.select(Case.id).where(*where).limit(MOST_COUNTED).subquery()
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    rows = sa.select(Case).where(*where).order_by(*order).limit(query["limit"]).offset(query["offset"])
    return count, list(model.Session.scalars(rows))


def count_attention() -> dict[str, int]:
    """Return how many cases need the office: ``unclear``, ``disputed`` and ``overdue``; in one query."""
    counted = [sa.func.count().filter(condition).label(name) for name, condition in _attention().items()]
    return dict(model.Session.execute(sa.select(*counted).select_from(Case)).mappings().one())


def _attention() -> dict[str, Any]:
    """The conditions on which a case needs the office."""
    disputed = [
        (kind.name, state.name) for kind in registry.kinds().values() for state in kind.states if state.disputed
    ]
    return {
        "unclear": sa.and_(Case.phase.in_((OPEN, WAITING)), Case.owner_org == ""),
        "disputed": sa.tuple_(Case.kind, Case.state).in_(disputed),
        "overdue": sa.and_(Case.phase == OPEN, Case.due < today()),
    }


def _box(user: model.User, box: str) -> Any:
    own = roles.list_departments(user)
    if box == "mine":
        return sa.or_(Case.applicant_id == user.id, sa.and_(Case.applicant_org != "", Case.applicant_org.in_(own)))
    if box == "board":
        return sa.true()
    shown = [Case.owner_org.in_(own), sa.and_(Case.forwarded_by != "", Case.forwarded_by.in_(own))]
    if participants.is_supervisor(user):
        own_turn = [
            (kind.name, name) for kind in registry.kinds().values() for name in participants.list_office_states(kind)
        ]
        shown += [Case.owner_org == "", sa.and_(Case.phase == OPEN, sa.tuple_(Case.kind, Case.state).in_(own_turn))]
    return sa.or_(*shown)


def _matches(words: str) -> Any:
    number = words.upper().removeprefix("NX").rpartition("-")[2]
    if number.isdecimal() and len(number) < 16:
        return Case.serial == int(number)
    pattern = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Case.title.ilike(f"%{pattern}%")


def find_by_key(user_id: str, client_key: str) -> Case | None:
    """Return the case that an earlier attempt to send the same form made."""
    query = sa.select(Case).where(Case.applicant_id == user_id, Case.client_key == client_key)
    return model.Session.scalars(query).first()


def list_first_answers(case: Case) -> dict[str, Any]:
    """Return what the form of a case held when it was sent: without what the steps asked for."""
    names = {field.name for field in registry.kinds()[case.kind].fields}
    return {name: value for name, value in case.answers.items() if name in names}


def to_row(case: Case) -> dict[str, Any]:
    """Return a case as lists give it: without its answers and its history."""
    return {
        "id": case.id,
        "number": case.number,
        "kind": case.kind,
        "title": case.title,
        "state": case.state,
        "phase": case.phase,
        "outcome": case.outcome,
        "owner_org": case.owner_org,
        "forwarded_by": case.forwarded_by,
        "applicant_org": case.applicant_org,
        "dataset_id": case.dataset_id,
        "dataset_name": case.dataset_name,
        "dataset_title": case.dataset_title,
        "resource_id": case.resource_id,
        "received": case.received.isoformat(),
        "due": case.due.isoformat() if case.due else None,
        "due_unsure": case.due_unsure,
        "reply_due": case.reply_due.isoformat() if case.reply_due else None,
        "reply_late": is_unanswered(case),
        "waits_for": _find_awaited(case),
        "overdue": is_overdue(case),
        "answered": case.answered.isoformat() if case.answered else None,
        "votes": case.votes,
        "version": case.version,
    }


def is_overdue(case: Case) -> bool:
    """Return whether the department should have answered before today."""
    return case.phase == OPEN and case.due is not None and case.due < today()


def _find_awaited(case: Case) -> str:
    """Return who a case waits for while its clock stands: ``applicant``, ``other`` (an authority); "" for nobody."""
    kind = registry.kinds().get(case.kind)
    if case.phase != WAITING or kind is None:
        return ""
    return APPLICANT if kind.waits_for_applicant(case.state) else "other"


def is_unanswered(case: Case) -> bool:
    """Return whether the applicant was asked for something and should have answered before today."""
    return case.phase == WAITING and case.reply_due is not None and case.reply_due < today()


def list_facts(case: Case) -> list[str]:
    """Return what holds of a case, for the conditions of its steps."""
    package: Any = model.Package.get(case.dataset_id) if case.dataset_id else None
    is_shared = package is not None and (package.extras or {}).get("nx_share_type") == SHARED_FREELY
    found = {
        UNCONDITIONAL: is_shared,
        ORGANISATION: case.level in ("organisation", "department"),
        UNANSWERED: is_unanswered(case),
        FORWARDED: bool(case.forwarded_by),
        UNSUPPORTED: not case.votes,  # whoever's case was merged into it has a vote there
    }
    return [fact for fact, holds in found.items() if holds]


def to_api(case: Case, user: model.User) -> dict[str, Any]:
    """Return a case as those who take part in it see it, with the steps that ``user`` may take."""
    kind = registry.kinds()[case.kind]
    held, acting = participants.find_roles(user, case), participants.find_acting_roles(user, case)
    events = moves.list_events(case.id)
    standing = moves.find_standing(kind, events)
    clock = kind.clock_by_name.get(standing.clock)
    applicant = model.User.get(case.applicant_id)
    return to_row(case) | {
        "applicant": applicant.display_name if applicant else "",
        "level": case.level,
        "duties": [_duty_to_api(duty, kind) for duty in duty_store.list_duties(case.id)],
        "organisation": _find_organisation(case),
        "files": [file_store.to_api(row) | {"own": row.user_id == user.id} for row in file_store.list_files(case.id)],
        "file_roles": file_store.list_roles(case),
        "may_write": may_write(user, case),
        "may_rate": may_rate(case, held),
        "rating": case.rating,
        "rated": case.rated.isoformat() if case.rated else None,
        "answers": case.answers,
        "agreement_id": case.agreement_id,
        "roles": sorted(held),
        "clock": clock
        and {
            "days": standing.limit,
            "used": standing.used,
            "stopped": standing.stopped,
            "extended": standing.extended,
            "article": dict(clock.article),
            "confidence": clock.confidence,
        },
        "steps": [_step_to_api(step, kind) for step in list_steps(case, kind, acting, events)],
        "may_forward": may_forward(case, kind, held),
        "events": _events_to_api(events, kind),
    }


def _duty_to_api(duty: Duty, kind: Kind) -> dict[str, Any]:
    rule = kind.duty_by_name.get(duty.name)
    return {
        "id": duty.id,
        "name": duty.name,
        "label": dict(rule.label) if rule else None,
        "due": duty.due.isoformat(),
        "state": duty.state,
        "performed": duty.performed.isoformat() if duty.performed else None,
        "statement": duty.statement,
    }


def _find_organisation(case: Case) -> dict[str, str] | None:
    """The organisation that the office has confirmed for who applies; None without one."""
    found = assurance.find_organisation(case.applicant_id, assurance.CONFIRMED) if case.applicant_id else None
    return {"name": found.name, "uscc": found.uscc} if found else None


def list_steps(case: Case, kind: Kind, held: set[str], events: list[Event]) -> list[Step]:
    """Return the steps that somebody with these roles may take now."""
    possible = workflow.list_possible(kind.transitions, case.state, held, list_facts(case))
    steps = [kind.step(row.action) for row in possible]
    return [step for step in steps if not step.extends or may_extend(case, kind, events)]


def may_extend(case: Case, kind: Kind, events: list[Event]) -> bool:
    """Return whether the limit may still be extended: once, and before it has passed."""
    standing = moves.find_standing(kind, events)
    return not standing.extended and standing.due is not None and today() <= standing.due


def may_forward(case: Case, kind: Kind, held: set[str]) -> bool:
    """Return whether a case may be given to another department: one that is about none in particular, while open."""
    return kind.about == DEPARTMENT and case.phase == OPEN and bool(held & set(STAFF))


def may_read(user: model.User | None, case: Case) -> bool:
    """Return whether a user takes part in a case, or supervises it."""
    return bool(participants.find_roles(user, case))


def may_write(user: model.User | None, case: Case) -> bool:
    """Return whether a user may write messages: those who take part, until it is over.

    Who has no account reads no message.
    """
    return case.phase != ENDED and bool(case.applicant_id) and may_read(user, case)


def may_rate(case: Case, held: set[str]) -> bool:
    """Return whether the answer may be rated: by who applied and does not answer, for some days anew."""
    is_fresh = case.rated is None or (today() - case.rated).days <= RATED_FOR
    return APPLICANT in held and not held & set(STAFF) and case.answered is not None and is_fresh


def has_desk(user: model.User) -> bool:
    """Return whether a user answers cases."""
    return bool(roles.list_departments(user)) or roles.is_office(user.name) or bool(user.sysadmin)


def field_to_api(field: Field) -> dict[str, Any]:
    """Return a question of a form."""
    return {
        "name": field.name,
        "label": dict(field.label),
        "type": field.type,
        "required": field.required,
        "public": field.public,
        "longest": field.longest,
        "help": dict(field.help),
        "choices": [{"value": choice.value, "label": dict(choice.label)} for choice in field.choices],
    }


def _step_to_api(step: Step, kind: Kind) -> dict[str, Any]:
    outcomes = [kind.outcome_by_code[code] for code in step.outcomes]
    return {
        "action": step.action,
        "label": dict(step.label),
        "target": step.target,
        "opinion": step.opinion,
        "phrases": [dict(phrase) for phrase in step.phrases],
        "fields": [field_to_api(field) for field in step.fields],
        "outcomes": [{"code": one.code, "label": dict(one.label), "basis": dict(one.basis)} for one in outcomes],
    }


def _events_to_api(events: list[Event], kind: Kind) -> list[dict[str, Any]]:
    """Return a history; ``letter`` numbers the steps that have a letter, 0 for the others; with its title."""
    steps = {step.action: step for step in kind.steps}
    shown = []
    for event, place in zip(events, numbers.number_letters(events, kind), strict=True):
        step = steps.get(event.action) if place else None
        letter = step.letter if step is not None else None
        title = dict(letter.title) if letter is not None and letter.title else None
        shown.append(_event_to_api(event, kind) | {"letter": place if letter is not None else 0, "letter_title": title})
    return shown


def _event_to_api(event: Event, kind: Kind) -> dict[str, Any]:
    step = next((one for one in kind.steps if one.action == event.action and event.target), None)
    return {
        "action": event.action,
        "label": dict(step.label) if step else None,
        "source": event.source,
        "target": event.target,
        "role": event.role,
        "opinion": event.opinion,
        "detail": event.detail,
        "day": event.day.isoformat(),
        "time": event.time.isoformat(),
    }
