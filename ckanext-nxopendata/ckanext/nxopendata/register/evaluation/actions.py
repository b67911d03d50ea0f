"""Actions of the yearly evaluation."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.evaluation import procedure, schema
from ckanext.nxopendata.register.evaluation.auth import sees_whole
from ckanext.nxopendata.register.evaluation.models import DRAFT, PUBLISHED, Evaluation


@tk.side_effect_free
@validate(schema.listing)
def nx_evaluation_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The evaluations that you may see: what is published, your unit's drafts once sent; all for the offices.

    :param year: only of this year (optional)
    :param owner_org: only of this unit, id or name (optional): its trend

    :returns: as :func:`nx_evaluation_show`, without ``log``; the newest year first, then by class, rank and title
    """
    tk.check_access("nx_evaluation_list", context, data_dict)
    user = context.get("user")
    query = sa.select(Evaluation).order_by(
        Evaluation.year.desc(), Evaluation.kind.desc(), Evaluation.rank.nulls_last(), Evaluation.title
    )
    if data_dict.get("year"):
        query = query.where(Evaluation.year == data_dict["year"])
    if data_dict.get("owner_org"):
        query = query.where(Evaluation.owner_org == (permissions.department_id(data_dict["owner_org"]) or ""))
    if not roles.sees_all(user):
        own = sa.and_(Evaluation.owner_org.in_(roles.departments(user)), Evaluation.state != DRAFT)
        query = query.where(sa.or_(Evaluation.state == PUBLISHED, own))
    return [procedure.to_api(row, whole=sees_whole(context, row)) for row in model.Session.scalars(query)]


@tk.side_effect_free
def nx_evaluation_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The evaluation of a unit in a year, with the arithmetic of every score.

    :param id: its id

    :returns: ``year``, ``title``, ``kind`` (``department`` or ``city``), ``state``, ``total`` (of 100, null if nothing
        could be assessed), ``grade``, ``rank``, ``advice``, and ``scores``: ``key``, ``name``, ``numerator_is``,
        ``denominator_is``, ``weight``, ``full``, ``zero``, ``numerator``, ``denominator``, ``percent``, ``reached``,
        ``points`` (null: not assessed), and for the unit and the offices ``lost`` (the records that cost points),
        ``adjusted``, ``objection``, ``reply`` and ``log``
    """
    row = _find_evaluation("nx_evaluation_show", context, data_dict)
    whole = sees_whole(context, row)
    shown = procedure.to_api(row, whole=whole)
    return shown | {"log": log.read("evaluation", row.id)} if whole else shown


@tk.side_effect_free
@validate(schema.year)
def nx_evaluation_report(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The report of a year: every unit with its scores and advice, ranked by class, and the totals of earlier years.

    :param year: the year

    :returns: ``year``, ``published`` (a day or null), ``units`` (as :func:`nx_evaluation_show` without the records)
        and ``trend``: the id of a unit -> ``[year, total]`` each, the oldest first, published years only
    """
    tk.check_access("nx_evaluation_report", context, data_dict)
    year = data_dict["year"]
    rows = procedure.list_evaluations(year)
    if not rows:
        raise tk.ObjectNotFound(tk._("There is no evaluation of this year"))
    rows.sort(key=lambda row: (row.kind != "department", row.rank is None, row.rank or 0, row.title))
    trend: dict[str, list[list[Any]]] = {}
    query = sa.select(Evaluation.owner_org, Evaluation.year, Evaluation.total).where(
        Evaluation.state == PUBLISHED, Evaluation.year <= year
    )
    for owner_org, each, total in model.Session.execute(query.order_by(Evaluation.year)):
        trend.setdefault(owner_org, []).append([each, total])
    published = rows[0].published
    return {
        "year": year,
        "published": published.isoformat() if published else None,
        "units": [procedure.to_api(row, whole=False) for row in rows],
        "trend": trend,
    }


@validate(schema.year)
def nx_evaluation_collect(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """Count a year for every unit that reports, as drafts; what was sent is left as it is, unless objected to.

    :param year: the year
    :param owner_org: only for this unit, id or name (optional)

    :returns: ``collected``: how many
    """
    tk.check_access("nx_evaluation_collect", context, data_dict)
    units = None
    if owner := data_dict.get("owner_org"):
        unit = permissions.department_id(owner)
        if unit is None:
            raise tk.ObjectNotFound(tk._("There is no such department"))
        units = [unit]
    made = procedure.collect(context.get("user") or "", data_dict["year"], units)
    model.Session.commit()
    return {"collected": len(made)}


@validate(schema.amendment)
def nx_evaluation_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write the office's advice, or correct the count of one indicator; the score is computed anew and says so.

    :param id: the evaluation
    :param advice: text (optional)
    :param indicator: the key of the indicator to correct (optional)
    :param numerator, denominator: its new numbers; a denominator of 0: not to be assessed
    :param reason: why they are corrected

    :returns: the evaluation
    """
    row = _find_evaluation("nx_evaluation_update", context, data_dict)
    procedure.amend(row, context.get("user") or "", data_dict)
    model.Session.commit()
    return procedure.to_api(row, whole=True)


@validate(schema.year)
def nx_evaluation_send(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """Send the drafts of a year to their units, which may object within ten working days (configurable).

    :param year: the year

    :returns: ``sent``: how many
    """
    tk.check_access("nx_evaluation_send", context, data_dict)
    rows = procedure.send(context.get("user") or "", data_dict["year"])
    for row in rows:
        procedure.tell_unit(row, "sent")
    model.Session.commit()
    return {"sent": len(rows)}


@validate(schema.answer)
def nx_evaluation_answer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Your unit's word on its draft, within the time to answer.

    :param id: the evaluation
    :param confirm: true: no objection
    :param objection: what is wrong, and why

    :returns: the evaluation
    """
    row = _find_evaluation("nx_evaluation_answer", context, data_dict)
    objection = (data_dict.get("objection") or "").strip()
    procedure.answer(row, context.get("user") or "", confirm=data_dict["confirm"], objection=objection)
    if not data_dict["confirm"]:
        procedure.tell_office(row)
    model.Session.commit()
    return procedure.to_api(row, whole=True)


@validate(schema.reply)
def nx_evaluation_reply(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The office's reply to an objection. Put right what you accept before, by hand or by counting anew.

    :param id: the evaluation
    :param accepted: whether the objection is accepted
    :param reply: the reply

    :returns: the evaluation
    """
    row = _find_evaluation("nx_evaluation_reply", context, data_dict)
    procedure.reply(row, context.get("user") or "", accepted=data_dict["accepted"], text=data_dict["reply"].strip())
    procedure.tell_unit(row, "replied")
    model.Session.commit()
    return procedure.to_api(row, whole=True)


@validate(schema.year)
def nx_evaluation_publish(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """Rank the units by class and publish the report of a year; nothing of it changes any more.

    :param year: the year

    :returns: ``published``: how many
    """
    tk.check_access("nx_evaluation_publish", context, data_dict)
    rows = procedure.publish(context.get("user") or "", data_dict["year"])
    for row in rows:
        procedure.tell_unit(row, "published")
    model.Session.commit()
    return {"published": len(rows)}


def _find_evaluation(action: str, context: Context, data_dict: dict[str, Any]) -> Evaluation:
    identifier = str(tk.get_or_bust(data_dict, "id"))
    # One that is not there and one that is somebody else's look the same from outside.
    tk.check_access(action, context, data_dict)
    row = model.Session.get(Evaluation, identifier, with_for_update=action != "nx_evaluation_show")
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such evaluation"))
    return row
