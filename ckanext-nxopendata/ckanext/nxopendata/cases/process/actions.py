"""Actions of the cases: create, show, list, take a step, write a message."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict
from sqlalchemy.exc import IntegrityError

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.definitions import answers, registry
from ckanext.nxopendata.cases.definitions.kind import (
    ANYONE,
    APPLICANT,
    ARTICLE,
    OPEN,
    UNANSWERED,
    UNSUPPORTED,
    Kind,
    Step,
)
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import case_store, moves, notices, participants, problems, schema, subjects
from ckanext.nxopendata.cases.references import lookup
from ckanext.nxopendata.cases.votes import vote_store
from ckanext.nxopendata.core import workflow
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import today

CREATED = Limit("case", 20)
"""By one account, and by one network."""

WRITTEN = Limit("case message", 60)
"""By one account, and by one network."""

MOVED, MOVED_BY_STAFF = Limit("case step", 40), Limit("case step of staff", 1000)
"""Steps by one account, and by one network; those who answer take one of many cases at once."""


@tk.side_effect_free
def nx_case_kind_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What can be asked for: the kinds of cases with their forms and time limits.

    :returns: ``kind``, ``title``, ``summary``, ``about`` (``dataset`` or ``department``), ``applicants``
        (``account``, ``department`` or ``anyone``, by a form elsewhere), ``fields``,
        ``clocks`` (``name``, ``days``, ``extension``, ``article``, ``confidence``) each; texts by language
    """
    tk.check_access("nx_case_kind_list", context, data_dict)
    return [
        {
            "kind": kind.name,
            "title": dict(kind.title),
            "summary": dict(kind.summary),
            "about": kind.about,
            "applicants": kind.applicants,
            "fields": [case_store.field_to_api(field) for field in kind.fields],
            "clocks": [
                {
                    "name": clock.name,
                    "days": clock.days,
                    "extension": clock.extension,
                    "article": dict(clock.article),
                    "confidence": clock.confidence,
                }
                for clock in kind.clocks
            ],
        }
        for kind in registry.kinds().values()
    ]


@validate(schema.creation)
def nx_case_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Begin a case. The same ``client_key`` makes one case, however often it is sent.

    :param kind: one of :func:`nx_case_kind_list`
    :param client_key: a text of your own, new for each case
    :param answers: field -> value, by the fields of the kind
    :type answers: dict
    :param dataset: the dataset that it is about (id, name or address), where the kind is about one
    :param resource: id of one of its files (optional)
    :param department: the department that answers, where the kind is about none in particular (optional)
    :param applicant_org: the department that you apply for, where departments apply (optional if you have one)

    :returns: the case, as :func:`nx_case_show`
    """
    tk.check_access("nx_case_create", context, data_dict)
    user = assurance.require_user(context)
    kind = registry.kinds()[data_dict["kind"]]
    if kind.applicants == ANYONE:
        raise tk.ValidationError({"kind": [tk._("This is written on the page of a dataset, without an account")]})
    found = case_store.find_by_key(user.id, data_dict["client_key"])
    given, wrong = answers.read_answers(kind.fields, data_dict["answers"], today())
    if unknown := data_dict["answers"].keys() - {field.name for field in kind.fields}:
        message = tk._("This form has no field {names}").format(names=", ".join(sorted(unknown))[:200])
        raise tk.ValidationError({"answers": [message]})
    if wrong:
        raise tk.ValidationError(problems.describe(wrong))
    if found is not None:
        return _answer_again(found, kind.name, given, user)
    case = Case(kind=kind.name, applicant_id=user.id, client_key=data_dict["client_key"], answers=given)
    case.applicant_org, case.owner_org, case.level = "", "", assurance.find_level(user)
    subjects.fill(case, kind, data_dict, context, user)
    CREATED.check(user.id, "kind")
    CREATED.check_reader("kind")
    try:
        moves.begin(case, user.id, APPLICANT)
    except IntegrityError:  # the same form, sent twice at once
        model.Session.rollback()
        found = case_store.find_by_key(user.id, data_dict["client_key"])
        if found is None:
            raise
        return _answer_again(found, kind.name, given, user)
    step = moves.take_system_step(case, case_store.list_facts(case))
    if step is not None:
        notices.tell_step(case, step, "system", "", None)
    else:
        notices.tell_received(case)
    model.Session.commit()
    return case_store.to_api(case, user)


def _answer_again(case: Case, kind: str, given: dict[str, Any], user: model.User) -> dict[str, Any]:
    """Return the case that an earlier attempt to send the same form made.

    Raises:
        tk.ValidationError: it was another form, which is not to be lost without a word.
    """
    first = case_store.list_first_answers(case)
    if case.kind != kind or first != given:
        raise tk.ValidationError({"client_key": [tk._("Another case was sent with this key: take a new one")]})
    return case_store.to_api(case, user)


@tk.side_effect_free
@validate(schema.one_case)
def nx_case_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One case that you take part in, or supervise.

    :param id: its id

    :returns: ``number``, ``kind``, ``title``, ``state``, ``phase``, ``answers``, ``received``, ``due``, ``overdue``,
        ``reply_due`` (the day by which the applicant, who was asked for something, is to answer),
        ``clock`` (``days``, ``used``, ``stopped``, ``extended``, ``article``), ``steps`` that you may take, ``rating``
        (1 to 5, null without one), ``rated`` and ``may_rate``, and ``events``, its history
    """
    tk.check_access("nx_case_show", context, data_dict)
    return case_store.to_api(_case(data_dict["id"]), assurance.require_user(context))


@tk.side_effect_free
@validate(schema.listing)
def nx_case_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Your cases, those that your departments answer, or all.

    :param box: ``mine`` (default), ``desk`` or ``board``
    :param kind: only of this kind (optional)
    :param phase: ``open``, ``waiting``, ``answered`` or ``ended`` (optional)
    :param attention: only those that nobody is known to answer (``unclear``), or that are ``disputed`` (optional)
    :param overdue: only those that should have been answered (optional)
    :type overdue: bool
    :param q: a number, or a part of the title (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` (10,000 stands for more) and ``results``, by the time limit, your own by number
    """
    tk.check_access("nx_case_list", context, data_dict)
    count, rows = case_store.list_cases(assurance.require_user(context), data_dict)
    return {"count": count, "results": [case_store.to_row(case) for case in rows]}


@tk.side_effect_free
def nx_case_board_show(context: Context, data_dict: DataDict) -> dict[str, int]:
    """How many cases need the office. For the supervising office.

    Takes no arguments.

    :returns: ``unclear`` (nobody is known to answer them), ``disputed`` and ``overdue``
    """
    tk.check_access("nx_case_board_show", context, data_dict)
    return case_store.count_attention()


@validate(schema.step)
def nx_case_advance(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a step of a case.

    :param id: the case
    :param action: one of the ``steps`` of :func:`nx_case_show`
    :param version: the ``version`` of the case that you looked at; if somebody moved it since, you are told
    :type version: int
    :param opinion: in words, where the step asks for it
    :param outcome: one of the step's ``outcomes``, where it has them
    :param answers: field -> value, by the fields of the step
    :type answers: dict

    :returns: the case, as :func:`nx_case_show`
    """
    tk.check_access("nx_case_advance", context, data_dict)
    user = assurance.require_user(context)
    vote_store.lock_target(data_dict["id"], data_dict["answers"])
    case = _case(data_dict["id"], lock=True)
    if case.version != data_dict["version"]:
        message = tk._("Somebody moved this case since you looked at it: look again, then decide")
        raise tk.ValidationError({"version": [message]})
    kind = registry.kinds()[case.kind]
    held = participants.find_acting_roles(user, case)
    try:
        row = workflow.find_step(kind.transitions, data_dict["action"], case.state, held, case_store.list_facts(case))
    except workflow.TransitionError as error:
        if error.forbidden:
            raise tk.NotAuthorized(_explain_forbidden(case, user)) from None
        raise tk.ValidationError({"action": [_explain_missing(case, kind, data_dict["action"])]}) from None
    step = kind.step(row.action)
    if step.extends and not case_store.may_extend(case, kind, moves.list_events(case.id)):
        message = tk._("A limit is extended once, and before it has passed")
        raise tk.ValidationError({"action": [message]})
    given = _read_step(case, kind, step, data_dict, context)
    role = next(name for name in step.roles if name in held)
    limit = MOVED if role == APPLICANT else MOVED_BY_STAFF
    limit.check(user.id, "action")
    limit.check_reader("action")
    opinion = data_dict.get("opinion") or ""
    was_with = case.owner_org, participants.find_turn(case)
    moves.take(case, step, user.id, role, opinion=opinion, outcome=data_dict.get("outcome") or "", answers=given)
    vote_store.merge(case)
    notices.tell_step(case, step, role, opinion, user)
    notices.tell_merged(case, step, user)
    # What the applicant does is told to those whose turn it is as a step already.
    if role != APPLICANT and case.phase == OPEN and (case.owner_org, participants.find_turn(case)) != was_with:
        notices.tell_received(case)
    if not context.get("defer_commit"):
        model.Session.commit()
    return case_store.to_api(case, user)


@validate(schema.forwarding)
def nx_case_forward(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Give a case that is about no dataset to the department that can answer it. The time limit goes on.

    :param id: the case
    :param version: the ``version`` of the case that you looked at
    :type version: int
    :param department: id or name of the department
    :param opinion: why it is the one

    :returns: ``id``, ``number``, ``owner_org``
    """
    tk.check_access("nx_case_forward", context, data_dict)
    user, case = assurance.require_user(context), _case(data_dict["id"], lock=True)
    if case.version != data_dict["version"]:
        message = tk._("Somebody moved this case since you looked at it: look again, then decide")
        raise tk.ValidationError({"version": [message]})
    held = participants.find_roles(user, case)
    if not case_store.may_forward(case, registry.kinds()[case.kind], held):
        raise tk.ValidationError({"department": [tk._("This case cannot be given to another department")]})
    department = subjects.find_department(data_dict["department"])
    if department.id == case.owner_org:
        raise tk.ValidationError({"department": [tk._("This department has the case already")]})
    MOVED_BY_STAFF.check(user.id, "department")
    MOVED_BY_STAFF.check_reader("department")
    told = {"before": case.owner_org, "after": department.id}
    role = next(name for name in case_store.STAFF if name in held)
    case.owner_org, case.version = department.id, case.version + 1
    moves.write(case, "forward", user.id, role, data_dict["opinion"], told)
    notices.tell_received(case)
    notices.tell_message(case, role, user)
    model.Session.commit()
    return {"id": case.id, "number": case.number, "owner_org": case.owner_org}


@validate(schema.message)
def nx_case_message_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write to the other side of a case; it moves nothing.

    :param id: the case
    :param text: the message

    :returns: the case, as :func:`nx_case_show`
    """
    tk.check_access("nx_case_message_create", context, data_dict)
    user, case = assurance.require_user(context), _case(data_dict["id"])
    if not case_store.may_write(user, case):
        raise tk.ValidationError({"text": [tk._("This case is over")]})
    WRITTEN.check(user.id, "text")
    WRITTEN.check_reader("text")
    held = participants.find_roles(user, case)
    role = APPLICANT if APPLICANT in held else sorted(held)[0]
    moves.write(case, "message", user.id, role, data_dict["text"])
    notices.tell_message(case, role, user)
    model.Session.commit()
    return case_store.to_api(case, user)


def _explain_forbidden(case: Case, user: model.User) -> str:
    """Say why a step is somebody else's."""
    if participants.is_own(user, case) and participants.find_roles(user, case) & set(case_store.STAFF):
        return tk._("You applied for this yourself: somebody else who answers it has to take this step")
    return tk._("This step is not yours to take")


def _explain_missing(case: Case, kind: Kind, action: str) -> str:
    """Say why a step cannot be taken now."""
    step = next((one for one in kind.steps if one.action == action and case.state in one.sources), None)
    is_too_early = bool(case.reply_due) and not case_store.is_unanswered(case)
    if step is not None and UNANSWERED in step.when and case.reply_due and is_too_early:
        return tk._("The applicant has until {day} to answer").format(day=case.reply_due.isoformat())
    if step is not None and UNSUPPORTED in step.when and case.votes:
        return tk._("Others support this, or asked for the same and were merged into it: it goes on for them")
    return tk._("There is no such step now")


def _read_step(case: Case, kind: Kind, step: Step, data: DataDict, context: Context) -> dict[str, Any]:
    """Return the answers to a step's questions, once everything that it asks for is there."""
    given, wrong = answers.read_answers(step.fields, data["answers"], today())
    outcome = kind.outcome_by_code.get(data.get("outcome") or "")
    if outcome is not None and outcome.needs_article and ARTICLE not in wrong:
        problem = answers.check_article(given.get(ARTICLE) or "")
        wrong |= {ARTICLE: problem} if problem else {}
    errors = problems.describe(wrong)
    if step.opinion == "required" and not (data.get("opinion") or "").strip():
        errors["opinion"] = [tk._("This step needs a reason in words")]
    if step.outcomes and data.get("outcome") not in step.outcomes:
        errors["outcome"] = [tk._("Choose one of the values that are offered")]
    errors |= lookup.resolve(case, step, given, context)
    if errors:
        raise tk.ValidationError(errors)
    return given


def _case(case_id: str, *, lock: bool = False) -> Case:
    case = model.Session.get(Case, case_id, with_for_update=lock, populate_existing=lock)
    if case is None or case.kind not in registry.kinds():
        raise tk.ObjectNotFound(tk._("There is no such case"))
    return case
