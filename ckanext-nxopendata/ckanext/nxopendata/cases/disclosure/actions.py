"""Actions of the public register: the list, the figures, demands and votes."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict
from sqlalchemy.dialects.postgresql import insert

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ENDED
from ckanext.nxopendata.cases.disclosure import anonymous, public_store, schema
from ckanext.nxopendata.cases.models import Case, Vote
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.timezone import utc_now

VOTES = Limit("case vote", 60)
"""By one account, and by one network."""


@tk.side_effect_free
@validate(schema.listing)
def nx_case_public_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The public register of cases, without any name: what was asked of whom, and how it was answered.

    :param kind: only of this kind (optional)
    :param department: only of this department, id or name (optional)
    :param outcome: only with this outcome (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` (10,000 stands for more) and ``results``: ``number``, ``kind``, ``title``, ``owner_org``,
        ``state``, ``outcome``, ``received``, ``due``, ``answered``, ``in_time``, ``answers`` (public ones), ``votes``
    """
    tk.check_access("nx_case_public_list", context, data_dict)
    query = {**data_dict}
    if data_dict.get("department"):
        department: Any = model.Group.get(data_dict["department"])
        query["owner_org"] = department.id if department else data_dict["department"]
    count, rows = public_store.list_public(query)
    return {"count": count, "results": rows}


@tk.side_effect_free
def nx_case_figures(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How departments answer, in figures; made once a minute.

    Takes no arguments.

    :returns: ``departments``: ``owner_org``, ``kind``, ``cases``, ``answered``, ``in_time``, ``mean_days``,
        ``median_days`` (calendar days from receipt to answer), ``overdue`` each; ``refusals``: ``kind``, ``outcome``,
        ``article`` (that was named; "" for none), ``basis``, ``cases`` each
    """
    tk.check_access("nx_case_figures", context, data_dict)
    return caching.cached(
        "cases:figures",
        lambda: {"departments": public_store.count_by_department(), "refusals": public_store.count_refusals()},
    )


@tk.side_effect_free
@validate(schema.demands)
def nx_case_demand_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Demands for data that are public, those with most votes first.

    :param q: a part of the subject (optional)
    :param lane: ``asked``, ``planned`` or ``done`` (optional)
    :param similar: instead of a list, at most five whose subject is similar to this text (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, as :func:`nx_case_public_list`
    """
    tk.check_access("nx_case_demand_list", context, data_dict)
    if data_dict.get("similar"):
        cases = public_store.find_similar(data_dict["similar"][:500])
        count = len(cases)
    else:
        count, cases = public_store.list_demands(data_dict)
    return {"count": count, "results": public_store.to_public(cases)}


@tk.side_effect_free
@validate(schema.span)
def nx_case_between(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The cases that departments received from one day to another, for the evaluation: who answered, and by when.

    :param since: the first day, YYYY-MM-DD
    :param until: the last day, YYYY-MM-DD
    :param department: id of the one that received them (optional)

    :returns: ``id``, ``number``, ``title``, ``owner_org``, ``due`` and ``answered`` each, the oldest first. ``due`` is
        null while somebody else is asked; of an answered one it tells only whether the answer was late. Messages of
        readers, and what was withdrawn before an answer, are left out
    """
    tk.check_access("nx_case_between", context, data_dict)
    return public_store.list_between(data_dict["since"], data_dict["until"], data_dict.get("department") or "")


@validate(schema.vote)
def nx_case_vote_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Support a demand; once an account, a second time changes nothing.

    :param number: of the demand, such as ``NX2026-000012``

    :returns: ``votes``
    """
    tk.check_access("nx_case_vote_create", context, data_dict)
    user = model.User.get(context.get("user") or "")
    if user is None:
        raise tk.NotAuthorized(tk._("Log in to do this"))
    VOTES.check(user.id, "number")
    VOTES.check_reader("number")
    case = _find(data_dict["number"])
    statement = insert(Vote).values(case_id=case.id, user_id=user.id, created=utc_now()).on_conflict_do_nothing()
    added: Any = model.Session.execute(statement)
    if added.rowcount and case.applicant_id != user.id:
        model.Session.execute(sa.update(Case).where(Case.id == case.id).values(votes=Case.votes + 1))
    model.Session.commit()
    model.Session.refresh(case)
    return {"votes": case.votes}


def _find(number: str) -> Case:
    """Return a demand that may be voted for, by its number."""
    serial = number.strip().upper().rpartition("-")[2]
    case = None
    if serial.isdecimal() and len(serial) < 16:
        case = model.Session.scalars(sa.select(Case).where(Case.serial == int(serial))).first()
    kind = registry.kinds().get(case.kind) if case is not None else None
    if case is None or kind is None or not kind.votes or not anonymous.was_looked_at(case, kind):
        raise tk.ObjectNotFound(tk._("There is no such demand"))
    if case.phase == ENDED:
        raise tk.ValidationError({"number": [tk._("This demand is answered: no more votes are needed")]})
    return case
