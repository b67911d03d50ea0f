"""Actions of the review: the queue, one case, its steps and its log."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.catalogue.schema import messages
from ckanext.nxopendata.core import localised, roles
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.workflow import cases, schema, state_machine
from ckanext.nxopendata.review.workflow.models import Case, Decision


@tk.side_effect_free
@validate(schema.case)
def nx_review_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One case: where it stands, what it changes, what the rules say, what was decided, what you may do.

    :param id: the case, or the dataset (id or name), whose pending change comes before the dataset itself

    :returns: ``id``, ``dataset_id``, ``dataset_name``, ``dataset_case_id`` (where the dataset itself is withdrawn),
        ``kind`` (``new`` or ``change``), ``state``, ``title``, ``title_translated``, ``deadline``,
        ``deadline_unsure``, ``late``, ``release_at``, ``steps`` (``action``, ``target``, ``opinion``), ``changes``
        (``path``, ``before``, ``after``), ``findings`` (``code``, ``field``, ``level``, ``message``), ``decisions``
    """
    case = _case("nx_review_show", context, data_dict["id"])
    held = roles.find_roles(context.get("user"), case.owner_org)
    own = cases.find_own_case(case.dataset_id)
    shown = _row(case) | {"dataset_case_id": own.id if own else None}
    shown["steps"] = [
        {"action": arrow.action, "target": arrow.target, "opinion": arrow.opinion}
        for arrow in state_machine.list_possible_steps(case.state, held, cases.find_review_mode(case), case.kind)
    ]
    shown["changes"] = [
        {"path": list(change.path), "before": change.before, "after": change.after}
        for change in cases.list_differences(case)
    ]
    shown["findings"] = [
        {
            "code": finding.code,
            "field": finding.field,
            "level": finding.level,
            "message": messages.finding_text(finding, reader_language()),
        }
        for finding in cases.list_findings(case)
    ]
    shown["decisions"] = _decisions(sa.select(Decision).where(Decision.dataset_id == case.dataset_id))
    return shown


@tk.side_effect_free
@validate(schema.queue)
def nx_review_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The cases that wait for you, those that are late first.

    :param all: also those that wait for others and that you may see (optional, default false)
    :param limit: how many (optional, default 50, at most 500)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, each as :func:`nx_review_show` without its lists
    """
    tk.check_access("nx_review_list", context, data_dict)
    where = _visible(_user_name(context)) if data_dict.get("all") else _waiting(_user_name(context))
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(Case).where(where)) or 0
    query = (
        sa.select(Case)
        .where(where)
        .order_by(Case.deadline.asc().nulls_last(), Case.modified.desc())
        .limit(data_dict["limit"])
        .offset(data_dict["offset"])
    )
    return {"count": count, "results": [_row(case) for case in model.Session.scalars(query)]}


@validate(schema.submission)
def nx_review_submit(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Submit a dataset, or its pending change, for registration.

    :param id: the dataset (id or name) or the case
    """
    case = _case("nx_review_submit", context, data_dict["id"])
    return nx_review_decide(context, {"id": case.id, "action": "submit", "opinion": data_dict.get("opinion") or ""})


@validate(schema.decision)
def nx_review_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take one step of a case.

    :param id: the case
    :param action: one of the ``steps`` of :func:`nx_review_show`
    :param opinion: required to return, refuse and withdraw
    :param release_at: with ``schedule``: when to publish, ISO 8601; China's time if it names no zone
    """
    case = _case("nx_review_decide", context, data_dict["id"])
    user = model.User.get(_user_name(context))
    if user is None:
        raise tk.NotAuthorized
    opinion, action = data_dict.get("opinion") or "", data_dict["action"]
    case = cases.take_step(case.id, action, user, opinion, data_dict.get("release_at"))
    model.Session.commit()
    cases.update_index(case)
    return _row(case)


@tk.side_effect_free
@validate(schema.case)
def nx_review_log(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All that was ever decided about a dataset, oldest first.

    :param id: the dataset (id or name) or a case of it
    """
    case = _case("nx_review_show", context, data_dict["id"])
    return _decisions(sa.select(Decision).where(Decision.dataset_id == case.dataset_id))


def _user_name(context: Context) -> str:
    return context.get("user") or ""


def _case(action: str, context: Context, reference: str) -> Case:
    """The case that is meant, once the user may do ``action``; made for a dataset that never went through review."""
    dataset = model.Package.get(reference)
    if dataset is None and model.Session.get(Case, reference) is None:
        raise tk.ObjectNotFound(tk._("There is no such review"))
    tk.check_access(action, context, {"id": reference})
    case = cases.find(reference)
    if case is None and dataset is not None:
        case = cases.ensure(dataset, dataset.creator_user_id or "")
        model.Session.commit()
    if case is None:
        raise tk.ObjectNotFound(tk._("There is no such review"))
    return case


def _row(case: Case) -> dict[str, Any]:
    dataset = model.Package.get(case.dataset_id)
    day = today()
    titles = _titles(case, dataset)
    return {
        "id": case.id,
        "dataset_id": case.dataset_id,
        "dataset_name": dataset.name if dataset else None,
        "owner_org": case.owner_org,
        "kind": case.kind,
        "state": case.state,
        "title": localised.choose(titles, reader_language())[0],
        "title_translated": titles,
        "waits_for": state_machine.waits_for(case.state),
        "deadline": case.deadline.isoformat() if case.deadline else None,
        "deadline_unsure": case.deadline_unsure,
        "late": bool(case.deadline and case.deadline < day),
        "release_at": case.release_at.isoformat() if case.release_at else None,
        "created": case.created.isoformat(),
        "modified": case.modified.isoformat(),
    }


def _titles(case: Case, dataset: model.Package | None) -> dict[str, str]:
    """The title by language: as the pending change wants it, else the dataset's, else what the case remembers."""
    stored = (case.payload or {}).get("title_translated") or (dataset.extras if dataset else {}).get("title_translated")
    try:
        texts = localised.parse(stored)
    except localised.LocalisedValueError:
        texts = {}
    return texts or {localised.DEFAULT: (dataset.title if dataset else "") or case.title}


def _decisions(query: Any) -> list[dict[str, Any]]:
    return [
        {
            "case_id": row.case_id,
            "action": row.action,
            "source": row.source,
            "target": row.target,
            "user": row.user_name,
            "opinion": row.opinion,
            "detail": row.detail,
            "time": row.time.isoformat(),
        }
        for row in model.Session.scalars(query.order_by(Decision.id))
    ]


def _departments(user: str, capacities: tuple[str, ...]) -> list[str]:
    found = model.User.get(user)
    query = sa.select(model.Member.group_id).where(
        model.Member.table_name == "user",
        model.Member.table_id == (found.id if found else ""),
        model.Member.state == "active",
        model.Member.capacity.in_(capacities),
    )
    return [organization for organization in model.Session.scalars(query) if organization]


def _waiting(user: str) -> Any:
    """Which cases wait for this user: as head, as office, as editor."""
    heads = sa.and_(Case.state == state_machine.SUBMITTED, Case.owner_org.in_(_departments(user, ("admin",))))
    editors = sa.and_(
        Case.state.in_((state_machine.DRAFT, state_machine.REGISTERED)),
        Case.owner_org.in_(_departments(user, ("admin", "editor"))),
    )
    office = Case.state == state_machine.PUBLISHING if roles.is_office(user) else sa.false()
    return sa.and_(_there(), sa.or_(heads, editors, office))


def _visible(user: str) -> Any:
    own = Case.owner_org.in_(_departments(user, ("admin", "editor")))
    office = Case.state != state_machine.DRAFT if roles.is_office(user) else sa.false()
    return sa.and_(_there(), sa.or_(own, office), Case.state != state_machine.PUBLISHED)


def _there() -> Any:
    """Cases whose dataset was not deleted; the log keeps the others."""
    return Case.dataset_id.in_(sa.select(model.Package.id).where(model.Package.state != "deleted"))
