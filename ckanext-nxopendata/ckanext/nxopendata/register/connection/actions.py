"""Actions of the connection board."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register import log, permissions
from ckanext.nxopendata.register.connection import queries, schema
from ckanext.nxopendata.register.connection.models import Connection
from ckanext.nxopendata.register.schema import by_department
from ckanext.nxopendata.register.systems import record


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
    platforms, rows = queries.load_board(
        permissions.readable_departments(context, data_dict.get("owner_org")), language
    )
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
