"""Actions of the public register: the list, the figures, demands and votes."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ENDED
from ckanext.nxopendata.cases.disclosure import anonymous, public_store, schema, similar
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.votes import vote_store
from ckanext.nxopendata.core import caching
from ckanext.nxopendata.core.rate_limit import Limit

VOTES = Limit("case vote", 60)
"""By one account, and by one network."""

COMPARED = Limit("similar", 600)
"""By one network: a form asks once while a word is typed."""


@tk.side_effect_free
@validate(schema.listing)
def nx_case_public_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The public register of cases, without any name: what was asked of whom, and how it was answered.

    :param kind: only of this kind (optional)
    :param department: only of this department, id or name (optional)
    :param outcome: only with this outcome (optional)
    :param q: a number, or words of a title; of those that have it the newest 2,000 (optional)
    :param limit: how many (optional, default 20, at most 100)
    :param offset: after how many (optional)

    :returns: ``count`` (10,000 stands for more) and ``results``: ``number``, ``kind``, ``title``, ``title_translated``
        (of its dataset), ``owner_org``, ``state``, ``outcome``, ``received``, ``due``, ``answered``, ``in_time``,
        ``answers`` (public ones), ``datasets`` (those that the answers name, with ``dataset_name`` "" for one that is
        not public now), ``votes``
    """
    tk.check_access("nx_case_public_list", context, data_dict)
    public_store.check_search(data_dict)
    count, rows = public_store.list_public(data_dict)
    return {"count": count, "results": rows}


@tk.side_effect_free
def nx_case_figures(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How departments answer, in figures; made once a minute.

    Takes no arguments.

    :returns: ``departments``: ``owner_org``, ``kind``, ``cases``, ``answered``, ``in_time``, ``mean_days``,
        ``median_days`` (calendar days from receipt to answer), ``overdue``, ``ratings`` (how many) and ``satisfaction``
        (their mean, from 1 to 5) each; ``refusals``: ``kind``, ``outcome``, ``article`` (that was
        named; "" for none), ``basis``, ``cases`` each
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
        cases = similar.list_demands(data_dict["similar"])
        count = len(cases)
    else:
        public_store.check_search(data_dict)
        count, cases = public_store.list_demands(data_dict)
    return {"count": count, "results": public_store.to_public(cases)}


@tk.side_effect_free
@validate(schema.words)
def nx_case_similar_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """What is similar to what somebody is about to ask for: at most three datasets and five demands, public ones.

    :param q: what was typed

    :returns: ``kind`` (``dataset`` or ``demand``), ``zh``, ``en``, ``path`` (the page on this site without the
        language), ``count`` (votes; null for a dataset) each
    """
    tk.check_access("nx_case_similar_list", context, data_dict)
    COMPARED.check_reader("q")
    return similar.suggest(data_dict["q"])


@tk.side_effect_free
@validate(schema.span)
def nx_case_between(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The cases that departments received from one day to another, for the evaluation: who answered, and by when.

    :param since: the first day, YYYY-MM-DD
    :param until: the last day, YYYY-MM-DD
    :param department: id of the one that received them (optional)

    :returns: ``id``, ``number``, ``title``, ``owner_org``, ``due``, ``answered`` and ``rating`` (from 1 to 5)
        each, the oldest first. ``due`` is
        null while somebody else is asked; of an answered one it tells only whether the answer was late. Messages of
        readers, and what was withdrawn before an answer, are left out
    """
    tk.check_access("nx_case_between", context, data_dict)
    return public_store.list_between(data_dict["since"], data_dict["until"], data_dict.get("department") or "")


@validate(schema.vote)
def nx_case_vote_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Support a demand; once an account with a confirmed address, a second time changes nothing.

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
    vote_store.add(case, user.id)
    model.Session.commit()
    return {"votes": case.votes}


def _find(number: str) -> Case:
    """Return a demand that may be voted for, by its number, locked: nobody merges it meanwhile."""
    serial = number.strip().upper().rpartition("-")[2]
    case = None
    if serial.isdecimal() and len(serial) < 16:
        case = _lock(int(serial))
    kind = registry.kinds().get(case.kind) if case is not None else None
    if case is None or kind is None or not kind.votes or not anonymous.was_looked_at(case, kind):
        raise tk.ObjectNotFound(tk._("There is no such demand"))
    if case.phase == ENDED:
        raise tk.ValidationError({"number": [tk._("This demand is answered: no more votes are needed")]})
    return case


def _lock(serial: int) -> Case | None:
    query = sa.select(Case).where(Case.serial == serial).with_for_update()
    return model.Session.scalars(query.execution_options(populate_existing=True)).first()
