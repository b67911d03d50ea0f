"""The evaluation's way: counted, sent as a draft, answered by the unit, replied to by the office, published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import config as catalogue
from ckanext.nxopendata.core import departments, roles, workflow
from ckanext.nxopendata.core.calendar import workdays
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.workflow import Transition, transition
from ckanext.nxopendata.register import config, log
from ckanext.nxopendata.register.connection import queries, status_board
from ckanext.nxopendata.register.evaluation import facts, scoring
from ckanext.nxopendata.register.evaluation.models import (
    ANSWERABLE,
    CONFIRMED,
    DRAFT,
    OBJECTED,
    PUBLISHED,
    REPLIED,
    SENT,
    Evaluation,
    digest,
)
from ckanext.nxopendata.register.reports import collection

TOPIC = "evaluation"

UNIT, OFFICE = "unit", "office"

STEPS = (
    *transition("send", DRAFT, SENT, OFFICE),
    *transition("agree", ANSWERABLE, CONFIRMED, UNIT),
    *transition("object", ANSWERABLE, OBJECTED, UNIT, opinion=True),
    *transition("reply", OBJECTED, REPLIED, OFFICE),
    *transition("publish", (SENT, CONFIRMED, REPLIED), PUBLISHED, OFFICE),
)
"""The steps of an evaluation. What was sent is published only once the time to answer is over."""


def list_evaluations(year: int) -> list[Evaluation]:
    """The evaluations of a year by class and title."""
    query = sa.select(Evaluation).where(Evaluation.year == year)
    return list(model.Session.scalars(query.order_by(Evaluation.kind.desc(), Evaluation.title)))


def years(*, published: bool = False) -> list[int]:
    """The years that have evaluations, the newest first."""
    query = sa.select(Evaluation.year).distinct().order_by(Evaluation.year.desc())
    return list(model.Session.scalars(query.where(Evaluation.state == PUBLISHED) if published else query))


def collect(user: str, year: int, owner_orgs: Collection[str] | None = None) -> list[Evaluation]:
    """Count a year anew for all units that report, or for some (ids).

    What was sent is not counted anew under the unit's eyes, unless the unit objected.

    Raises:
        tk.ValidationError: the year is published or has not begun.
    """
    if year > today().year or year < 2017:
        raise tk.ValidationError({"year": [tk._("This year has not begun, or is before the plan")]})
    rows = {row.owner_org: row for row in list_evaluations(year)}
    if any(row.state == PUBLISHED for row in rows.values()):
        raise tk.ValidationError({"year": [tk._("The evaluation of this year is published; it no longer changes")]})
    wanted = [
        unit
        for unit in (collection.units() if owner_orgs is None else owner_orgs)
        if unit not in rows or rows[unit].state in (DRAFT, OBJECTED)
    ]
    made = []
    for unit, counts in facts.collect(wanted, year, today()).items():
        row = rows.get(unit) or Evaluation(year=year, owner_org=unit, state=DRAFT)
        before = row.total
        row.title, row.collected = departments.title(unit, "zh"), today()
        row.kind = status_board.CITY if queries.kind_of(unit) == status_board.CITY else status_board.DEPARTMENT
        row.scores = [
            scoring.score_to_json(scoring.score(each, counts[each.key])) for each in scoring.indicators_of(row.kind)
        ]
        _sum_up(row)
        model.Session.add(row)
        model.Session.flush()
        log.write("evaluation", row.id, unit, "collect", user, log.difference({"total": before}, {"total": row.total}))
        made.append(row)
    return made


def _sum_up(row: Evaluation) -> None:
    points = scoring.total_of(row.scores)
    row.total = None if points is None else str(points)
    row.grade = dict(scoring.grade(points))


def amend(row: Evaluation, user: str, changes: Mapping[str, Any]) -> None:
    """Write the office's advice, or correct the count of one indicator with the reason.

    Args:
        changes: ``advice``; ``indicator``, ``numerator``, ``denominator``, ``reason``.

    Raises:
        tk.ValidationError: it is published, or the numbers cannot be.
    """
    if row.state == PUBLISHED:
        raise tk.ValidationError({"id": [tk._("The evaluation of this year is published; it no longer changes")]})
    before = {"advice": row.advice, "total": row.total}
    if "advice" in changes:
        row.advice = changes["advice"]
    if key := changes.get("indicator"):
        numerator, denominator = changes["numerator"], changes["denominator"]
        if numerator > denominator:
            raise tk.ValidationError({"numerator": [tk._("Must not be more than there is to count")]})
        if not changes.get("reason"):
            raise tk.ValidationError({"reason": [tk._("Say why")]})
        if all(score["key"] != key for score in row.scores):
            raise tk.ValidationError({"indicator": [tk._("There is no such indicator")]})
        row.scores = [
            scoring.adjusted(score, numerator, denominator, changes["reason"]) if score["key"] == key else score
            for score in row.scores
        ]
        _sum_up(row)
    changed = log.difference(before, {"advice": row.advice, "total": row.total})
    log.write("evaluation", row.id, row.owner_org, "amend", user, changed, changes.get("reason") or "")


def send(user: str, year: int) -> list[Evaluation]:
    """Send the drafts of a year to their units, which may object within the configured working days."""
    rows = [row for row in list_evaluations(year) if _find_step(row, "send", OFFICE)]
    day = workdays.load(catalogue.workdays_file()).after(today(), config.evaluation("answer_days")).day
    for row in rows:
        row.state, row.due = SENT, day
        log.write("evaluation", row.id, row.owner_org, "send", user, {"state": [DRAFT, SENT]})
    return rows


def answer(row: Evaluation, user: str, *, confirm: bool, objection: str) -> None:
    """Take the unit's answer: it has no objection, or says what is wrong.

    Raises:
        tk.ValidationError: it is too late, or the reason is missing.
    """
    step = _find_step(row, "agree" if confirm else "object", UNIT)
    if step is None or (row.due is not None and today() > row.due):
        raise tk.ValidationError({"id": [tk._("The time to answer is over")]})
    if step.opinion and not objection:
        raise tk.ValidationError({"objection": [tk._("Say what is wrong, and why")]})
    row.state = step.target
    row.objection = "" if confirm else objection
    changes = {"state": [step.source, step.target]}
    log.write("evaluation", row.id, row.owner_org, step.action, user, changes, row.objection)


def _find_step(row: Evaluation, action: str, role: str) -> Transition | None:
    """Return the step that ``action`` means now; None if there is none."""
    try:
        return workflow.find_step(STEPS, action, row.state, (role,))
    except workflow.TransitionError:
        return None


def reply(row: Evaluation, user: str, *, accepted: bool, text: str) -> None:
    """Reply to an objection; what the office accepts it has corrected before, by hand or by counting anew.

    Raises:
        tk.ValidationError: there is no objection to reply to.
    """
    if _find_step(row, "reply", OFFICE) is None:
        raise tk.ValidationError({"id": [tk._("There is no objection to reply to")]})
    row.state, row.reply, row.accepted = REPLIED, text, accepted
    log.write("evaluation", row.id, row.owner_org, "reply", user, {"state": [OBJECTED, REPLIED]}, text)


def publish(user: str, year: int) -> list[Evaluation]:
    """Rank the units of a year by class and publish; from now on nothing changes.

    Raises:
        tk.ValidationError: there is nothing to publish, a draft was not sent, an objection was not replied to, or the
            time to answer is not over.
    """
    rows = list_evaluations(year)
    if not rows or all(row.state == PUBLISHED for row in rows):
        raise tk.ValidationError({"year": [tk._("There is nothing to publish")]})
    waits = [row.title for row in rows if not _is_ready(row)]
    if waits:
        message = tk._("Not sent, not replied to, or the time to answer is not over: {units}")
        raise tk.ValidationError({"year": [message.format(units=tk._("; ").join(waits))]})
    for kind in {row.kind for row in rows}:
        same = [row for row in rows if row.kind == kind]
        totals = [None if row.total is None else Decimal(row.total) for row in same]
        for row, rank in zip(same, scoring.ranks(totals), strict=True):
            row.rank = rank
    for row in rows:
        before, row.state, row.published = row.state, PUBLISHED, today()
        changes = {"state": [before, PUBLISHED], "sha256": [None, digest(row)]}
        log.write("evaluation", row.id, row.owner_org, "publish", user, changes)
    return rows


def _is_ready(row: Evaluation) -> bool:
    is_waiting = row.state == SENT and (row.due is None or today() <= row.due)
    return _find_step(row, "publish", OFFICE) is not None and not is_waiting


def tell_unit(row: Evaluation, what: str) -> None:
    """Notify the unit; ``what`` is a key of :func:`notice_text`."""
    _tell(roles.people(row.owner_org, ("admin", "editor")), what, row)


def tell_office(row: Evaluation) -> None:
    """Notify the office of an objection."""
    group: Any = model.Group.get(config.supervisor("office") or "")
    _tell(roles.people(group.id if group else None, ("admin", "editor")), "objected", row)


def _tell(people: Collection[model.User], what: str, row: Evaluation) -> None:
    values = {"what": what, "year": row.year, "title": row.title, "due": row.due.isoformat() if row.due else ""}
    values |= {"endpoint": "nx_register_evaluation.show", "values": {"id": row.id}}
    inbox.tell(people, TOPIC, values)


def notice_text(params: Any) -> str:
    """What a notice about an evaluation says."""
    texts = {
        "sent": tk._("The draft evaluation of {year} is there; object by {due} if something is wrong"),
        "objected": tk._("{title} objects to its evaluation of {year}"),
        "replied": tk._("The office replied to your objection to the evaluation of {year}"),
        "published": tk._("The evaluation of {year} is published"),
    }
    return texts[params["what"]].format(**params)


def to_api(row: Evaluation, *, whole: bool) -> dict[str, Any]:
    """An evaluation as plain values; without ``whole`` what the public reads once it is published.

    The public learns no record's name, no objection and no reason of an adjustment.
    """
    days: dict[str, dt.date | None] = {"collected": row.collected, "due": row.due, "published": row.published}
    shown: dict[str, Any] = {
        "id": row.id,
        "year": row.year,
        "owner_org": row.owner_org,
        "title": row.title,
        "kind": row.kind,
        "state": row.state,
        "total": row.total,
        "grade": dict(row.grade),
        "rank": row.rank,
        "advice": row.advice,
        "scores": [dict(score) for score in row.scores],
    } | {name: day.isoformat() if day else None for name, day in days.items()}
    if whole:
        return shown | {"objection": row.objection, "reply": row.reply, "accepted": row.accepted}
    shown["scores"] = [score | {"lost": [], "adjusted": None} for score in shown["scores"]]
    return shown
