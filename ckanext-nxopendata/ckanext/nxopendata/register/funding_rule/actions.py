"""Actions of the funding rule."""

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
from ckanext.nxopendata.register.connection import funding, queries
from ckanext.nxopendata.register.connection.models import Exemption
from ckanext.nxopendata.register.funding_rule import schema
from ckanext.nxopendata.register.projects import filing
from ckanext.nxopendata.register.schema import by_department
from ckanext.nxopendata.register.systems.actions import find_allowed_system


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
