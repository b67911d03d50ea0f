"""Actions of the connection board and of the funding rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register import log, permissions
from ckanext.nxopendata.register.connection import funding, queries, schema
from ckanext.nxopendata.register.connection.models import Connection, Exemption
from ckanext.nxopendata.register.projects import filing
from ckanext.nxopendata.register.schema import by_department
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.actions import find_allowed_system


@tk.side_effect_free
@validate(by_department)
def nx_system_board(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who is connected to what: networks, the exchange platform, the service platform; departments and cities.

    A department sees its own row, the supervising offices all.

    :returns: ``platforms`` (``key, title, source``) and ``rows``: ``owner_org, title, kind`` and ``fields`` in the
        order of the platforms: ``connected``, ``required``, ``unstated``, ``due``, ``state`` (``connected``,
        ``due``, ``overdue``, ``not_required``, ``unknown``), ``date``, ``evidence``
    """
    tk.check_access("nx_system_board", context, data_dict)
    language = reader_language()
    platforms, rows = queries.board(permissions.readable_departments(context, data_dict.get("owner_org")), language)
    return {
        "platforms": [
            {"key": each.key, "title": queries.title(each.title, language), "source": each.source} for each in platforms
        ],
        "rows": [
            {
                "owner_org": row.unit.id,
                "title": row.unit.title,
                "kind": row.unit.kind,
                "fields": [queries.field_to_api(field) for field in row.fields],
            }
            for row in rows
        ],
    }


@validate(schema.connection)
def nx_system_connect(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say how far a unit itself is connected: to a network, or a city's own platform to the region's.

    Its systems' connections are fields of the systems.

    :param owner_org: the unit, id or name
    :param platform: ``extranet``, ``intranet``; of a city ``exchange``, ``service`` too
    :param status: ``connected``, ``preparing``, ``not_connected`` or ``not_required``
    :param date: since when, with ``connected``
    :param evidence: the document or acceptance; required with ``connected`` and ``not_required``
    """
    tk.check_access("nx_system_connect", context, data_dict)
    owner = permissions.department_id(data_dict["owner_org"]) or ""
    kind, status = data_dict["platform"], data_dict["status"]
    platform = queries.platform(kind)
    if platform is None or platform.of.get(queries.kind_of(owner)) != "unit":
        raise tk.ValidationError({"platform": [tk._("It is the systems that connect to this platform, not the unit")]})
    evidence = (data_dict.get("evidence") or "").strip()
    if status in (record.CONNECTED, record.NOT_REQUIRED) and not evidence:
        raise tk.ValidationError({"evidence": [tk._("Name the document that shows it")]})
    row = model.Session.get(Connection, (owner, kind)) or Connection(owner_org=owner, kind=kind)
    before = {"status": row.status, "date": row.date, "evidence": row.evidence}
    row.status, row.date, row.evidence, row.modified = status, data_dict.get("date") or "", evidence, utc_now()
    model.Session.add(row)
    after = {"status": row.status, "date": row.date, "evidence": row.evidence}
    changed = {f"{kind}_{name}": pair for name, pair in log.difference(before, after).items()}
    log.write("department", owner, owner, "connect", context.get("user") or "", changed)
    model.Session.commit()
    return {"owner_org": owner, "platform": kind, **after}


# The funding rule


@tk.side_effect_free
@validate(by_department)
def nx_system_funding(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The systems that the funding rule meets: required to connect to the exchange platform, and not connected.

    Systems of departments that the region's treasury pays; those of cities and counties, and those that others pay,
    are not listed.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``id, name, title, department, owner_org, state`` (``blocked``, ``exempt``, or ``funds_unstated``
        while its entry does not say who pays), ``status``, ``due``, ``since``, ``exemption`` (``reason, until, user``
        or null), ``projects`` that ask for funds for it (``name, title, state_label``)
    """
    tk.check_access("nx_system_funding", context, data_dict)
    language = reader_language()
    found = queries.funding_lines(permissions.readable_departments(context, data_dict.get("owner_org")))
    asking = filing.list_by_system({line.system.owner_org for line in found}, language)
    return [_line(line, language) | {"projects": asking.get(line.system.id, [])} for line in found]


def _line(line: funding.Line, language: str) -> dict[str, Any]:
    exemption = line.exemption
    return {
        "id": line.system.id,
        "name": line.system.name,
        "title": line.system.title,
        "owner_org": line.system.owner_org,
        "department": departments.title(line.system.owner_org, language),
        "state": line.state,
        "status": line.status,
        "funding": line.system.funding,
        "due": _day(line.due),
        "since": queries.funding_since().isoformat(),
        "exemption": {
            "reason": exemption.reason,
            "until": _day(exemption.until),
            "user": exemption.user,
        }
        if exemption
        else None,
    }


@validate(schema.exemption)
def nx_system_exempt(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Exempt a system from the funding rule, or withdraw the exemption; gives the list anew.

    :param id: the system, id or name
    :param reason: why; empty to withdraw
    :param until: the last day (optional)
    """
    system = find_allowed_system("nx_system_exempt", context, data_dict["id"])
    user = context.get("user") or ""
    row = model.Session.get(Exemption, system.id)
    reason, until = (data_dict.get("reason") or "").strip(), data_dict.get("until")
    before = {"exemption": row.reason, "exempt_until": _day(row.until)} if row else {}
    if not reason and row is not None:
        model.Session.delete(row)
        log.write("system", system.id, system.owner_org, "unexempt", user, log.difference(before, {}))
    elif reason:
        row = row or Exemption(system_id=system.id, owner_org=system.owner_org)
        row.reason, row.until, row.user_name, row.created = reason, until, user, utc_now()
        model.Session.add(row)
        changes = log.difference(before, {"exemption": reason, "exempt_until": _day(until)})
        log.write("system", system.id, system.owner_org, "exempt", user, changes)
    model.Session.commit()
    return nx_system_funding(context, {})


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None
