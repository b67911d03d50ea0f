"""Actions of the review: the queue, one case, its steps and its log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.catalogue.schema import messages
from ckanext.nxopendata.core import departments, localised, roles
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.workflow import cases, schema, selection, state_machine
from ckanext.nxopendata.review.workflow.models import Case, Decision


@tk.side_effect_free
@validate(schema.case)
def nx_review_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One case: where it stands, what it changes, what the rules say, what was decided, what you may do.

    :param id: the case, or the dataset (id or name), whose pending change comes before the dataset itself

    :returns: ``id``, ``dataset_id``, ``dataset_name``, ``dataset_case_id`` (where the dataset itself is withdrawn),
        ``kind`` (``new`` or ``change``), ``state``, ``title``, ``title_translated``, ``deadline``,
        ``deadline_unsure``, ``late``, ``release_at``, ``steps`` (``action``, ``target``, ``opinion``), ``changes``
        (``path``, ``before``, ``after``), ``findings`` (``code``, ``field``, ``level``, ``message``), ``decisions``,
        ``content`` (the dataset as it would be published)
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
    shown["content"] = cases.load_content(case)
    shown["decisions"] = _decisions(sa.select(Decision).where(Decision.dataset_id == case.dataset_id))
    return shown


@tk.side_effect_free
@validate(schema.queue)
def nx_review_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The cases that wait for you, those that are late first; or all that you may see.

    :param scope: ``waiting`` (what waits for you, default), ``running`` (what is under review, for whomever it
        waits), ``every`` (every dataset, published and withdrawn ones too)
    :param organization: of this department alone, id or name (optional)
    :param state: in this state alone (optional)
    :param theme: code of a theme (optional)
    :param missing: what is missing: ``licence``, ``files``, ``contact``, ``cycle``, ``theme``, ``class``, ``items``
        (optional)
    :param older_than: for so many days in their state (optional)
    :param score_below: whose score is lower, 1 to 100 (optional)
    :param kind: ``new`` or ``change`` (optional)
    :param q: part of the title (optional)
    :param all: the same as ``running`` for ``scope`` (optional, default false)
    :param facets: also tell how many there are of each department and in each state (optional, default false)
    :param limit: how many (optional, default 50, at most 500)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, each as :func:`nx_review_show` without its lists; ``id`` is the dataset's
        where it never went through review. With ``facets``: ``organizations`` and ``states``, numbers by id and state,
        each without the filter of its own
    """
    tk.check_access("nx_review_list", context, data_dict)
    if data_dict.get("all"):
        data_dict["scope"] = selection.RUNNING
    user, asked = _user_name(context), selection.Filter.read(data_dict)
    found = selection.list_cases(user, asked, data_dict["limit"], data_dict["offset"])
    answer: dict[str, Any] = {
        "count": selection.count_cases(user, asked),
        "results": [_row(case) for case in found],
    }
    if data_dict["facets"]:
        answer["organizations"] = selection.count_by(user, replace(asked, organization=""), "owner_org")
        answer["states"] = selection.count_by(user, replace(asked, state=""), "state")
    return answer


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
    rows = list(model.Session.scalars(query.order_by(Decision.id)))
    people = _people({row.user_id for row in rows})
    return [
        {
            "case_id": row.case_id,
            "action": row.action,
            "source": row.source,
            "target": row.target,
            "user": people.get(row.user_id, ("", ""))[0] or row.user_name,
            "department": people.get(row.user_id, ("", ""))[1],
            "opinion": row.opinion,
            "detail": row.detail,
            "time": row.time.isoformat(),
        }
        for row in rows
    ]


def _people(ids: set[str]) -> dict[str, tuple[str, str]]:
    """The name of each person (their full one) and the title of the department they work for now, by id."""
    member, user = model.Member, model.User
    query = (
        sa.select(user.id, user.fullname, sa.func.min(member.group_id))
        .outerjoin(
            member,
            sa.and_(
                member.table_id == user.id,
                member.table_name == "user",
                member.state == "active",
                member.capacity.in_(("admin", "editor")),
            ),
        )
        .where(user.id.in_(ids))
        .group_by(user.id, user.fullname)
    )
    return {
        key: (name or "", departments.title(group, reader_language()) if group else "")
        for key, name, group in model.Session.execute(query)
    }
