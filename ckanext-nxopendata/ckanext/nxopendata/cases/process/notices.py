"""What people are told about cases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import APPLICANT, ARTICLE, Step
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import participants
from ckanext.nxopendata.cases.votes import vote_store
from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.core.workflow import EDITOR, OFFICE

MERGED_STEP, PLAN_LATE = "case merged", "case plan late"
DEAD_LINK, REPORTED = "case dead link", "case reported"
END, DUTY, DUTY_LATE = "case end", "case duty", "case duty late"
REPLY, REPLY_LATE = "case reply", "case reply late"
STEP, RECEIVED, MESSAGE, REMIND, LATE = "case step", "case received", "case message", "case reminder", "case late"


def register_topics() -> None:
    """Make the topics of the cases known."""
    register_topic(STEP, _format_step, case_page)
    register_topic(MERGED_STEP, _format_merged, case_page)
    register_topic(RECEIVED, _('A new case waits for you: {number} "{title}", to be answered by {due}'), case_page)
    register_topic(MESSAGE, _('A message about {number} "{title}"'), case_page)
    register_topic(REMIND, _('{number} "{title}" has to be answered by {due}'), case_page)
    register_topic(DEAD_LINK, _('The address of {number} "{title}" does not answer'), case_page)
    register_topic(REPORTED, _('A reader reported {number} "{title}"'), case_page)
    register_topic(END, _('Your permission of {number} "{title}" ends on {day}'), case_page)
    register_topic(DUTY, _('A duty of {number} "{title}" is due on {day}'), case_page)
    register_topic(
        DUTY_LATE,
        _('Suspended until a duty of {number} "{title}" is done, which was due on {day}'),
        case_page,
    )
    register_topic(PLAN_LATE, _('{number} "{title}" was planned by {day} and is not open yet'), case_page)
    register_topic(REPLY, _('You are asked for something about {number} "{title}": please answer by {day}'), case_page)
    register_topic(REPLY_LATE, _('The applicant of {number} "{title}" did not answer by {day}: decide'), case_page)
    register_topic(LATE, _('{number} "{title}" should have been answered by {due}'), case_page)


def case_page(params: Params, *, external: bool) -> str:
    """Return the address of the page of a case."""
    return tk.url_for("nx_cases.show", case_id=params["case"], _external=external)


def _format_step(params: Params) -> str:
    until = tk._("Please answer by {day}.").format(day=params["reply_due"]) if params.get("reply_due") else ""
    told = (_choose_tell(params), params.get("article"), params["opinion"])
    parts = (f"{params['number']} {params['title']}:", *told, until)
    return " ".join(part for part in parts if part)


def _format_merged(params: Params) -> str:
    message = tk._("{number} {title}, which was merged into {into}:").format(**params)
    return f"{message} {_choose_tell(params)}"


def _choose_tell(params: Params) -> str:
    """Return what a step tells, in the reader's language; "" for one of an earlier version of the kind."""
    kind = registry.kinds().get(params["kind"])
    try:
        return localised.choose(dict(kind.step(params["action"]).tell), reader_language())[0] if kind else ""
    except KeyError:
        return ""


def _params(case: Case, **more: Any) -> dict[str, Any]:
    due = case.due.isoformat() if case.due else ""
    return {"case": case.id, "number": case.number, "title": case.title, "kind": case.kind, "due": due, **more}


def tell_received(case: Case) -> None:
    """Tell those whose turn it is that a case has come."""
    _tell(case, participants.find_turn(case), RECEIVED, _params(case), None)


def tell_step(case: Case, step: Step, role: str, opinion: str, actor: model.User | None) -> None:
    """Tell the other side of a step; what asks somebody is told to whoever is asked."""
    reply_due = case.reply_due.isoformat() if case.reply_due else ""
    params = _params(case, action=step.action, opinion=opinion, reply_due=reply_due)
    if any(field.name == ARTICLE for field in step.fields):
        params["article"] = case.answers.get(ARTICLE) or ""
    other = EDITOR if role == APPLICANT else APPLICANT
    _tell(case, other, STEP, params, actor)
    leaving = [one for one in registry.kinds()[case.kind].steps if case.state in one.sources]
    is_for_office = any(OFFICE in one.roles for one in leaving) and not any(EDITOR in one.roles for one in leaving)
    if role == APPLICANT and case.owner_org and is_for_office:
        _tell(case, OFFICE, STEP, params, actor)


def tell_merged(case: Case, step: Step, actor: model.User | None) -> None:
    """Tell those whose cases were merged into one how that one was answered."""
    is_answer = bool(step.outcomes) and registry.kinds()[case.kind].votes
    for merged in vote_store.list_merged(case) if is_answer else ():
        _tell(merged, APPLICANT, MERGED_STEP, _params(merged, action=step.action, into=case.number), actor)


def tell_message(case: Case, role: str, actor: model.User | None) -> None:
    """Tell the other side that somebody wrote."""
    other = EDITOR if role == APPLICANT else APPLICANT
    _tell(case, other, MESSAGE, _params(case), actor)


def tell_dead_link(case: Case) -> None:
    """Tell who showed a reuse that its address does not answer."""
    _tell(case, APPLICANT, DEAD_LINK, _params(case), None)


def tell_report(case: Case, reason: str) -> None:
    """Tell the department that a reader reported a reuse."""
    _tell(case, EDITOR, REPORTED, _params(case, reason=reason), None)


def tell_end(case: Case, day: dt.date) -> None:
    """Tell who was granted data when the permission ends."""
    _tell(case, APPLICANT, END, _params(case, day=day.isoformat()), None)


def tell_duty(case: Case, role: str, day: dt.date, *, late: bool) -> None:
    """Tell those with a role of a duty: that it is due, or that it was not done in time."""
    _tell(case, role, DUTY_LATE if late else DUTY, _params(case, day=day.isoformat()), None)


def remind(case: Case, role: str, *, late: bool) -> None:
    """Remind those with a role of the limit of a case; the office instead where the department cannot act."""
    turn = participants.find_turn(case)
    _tell(case, turn if turn == OFFICE else role, LATE if late else REMIND, _params(case), None)


def remind_of_plan(case: Case, day: dt.date) -> None:
    """Remind those who answer, and the office, of what was planned by a day that is over."""
    for role in (EDITOR, OFFICE) if case.owner_org else (OFFICE,):
        _tell(case, role, PLAN_LATE, _params(case, day=day.isoformat()), None)


def remind_of_reply(case: Case, role: str, *, late: bool) -> None:
    """Remind the applicant of what is asked for, or tell those who answer that nothing came."""
    day = case.reply_due.isoformat() if case.reply_due else ""
    _tell(case, role, REPLY_LATE if late else REPLY, _params(case, day=day), None)


def _tell(case: Case, role: str, topic: str, params: Params, actor: model.User | None) -> None:
    """Leave those with a role a notice; letters go to addresses alone that are known to reach them."""
    people = participants.list_people(case, role)
    inbox.tell(people, topic, params, but=actor, write_to=filter(assurance.may_be_written_to, people))
