"""Actions of the supervision of systems: clean-up, connection, funding rule, integration."""

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
from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.cleanup import inactivity_signs, proposals
from ckanext.nxopendata.register.connection import funding, queries
from ckanext.nxopendata.register.integration import integration_plan
from ckanext.nxopendata.register.models import Connection, Exemption, Verdict
from ckanext.nxopendata.register.systems import actions, record, schema, system_store

# Clean-up


@tk.side_effect_free
@validate(schema.by_id)
def nx_system_check(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The five signs of a "zombie" system, each with its evidence and threshold, and what was said about it.

    :param id: the system, id or name

    :returns: ``signs`` (``sign``, ``met``: true, false or null where the entry does not say enough, ``evidence``,
        ``params``), ``proposes``, ``verdict`` (the latest, or null)
    """
    system = actions.found("nx_system_check", context, data_dict["id"])
    signs = proposals.signs(system)
    verdict = proposals.of_system(system.id)
    return {
        "id": system.id,
        "title": system.title,
        "signs": proposals.plain(signs),
        "proposes": inactivity_signs.proposes(signs, proposals.thresholds()),
        "verdict": _verdict(verdict, system) if verdict else None,
    }


def nx_system_propose(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Propose to clear away every system that shows the signs; those judged before on the same signs are left alone.

    :param owner_org: only of this department, id or name (optional)

    :returns: ``proposed``: how many
    """
    tk.check_access("nx_system_propose", context, data_dict)
    owner = data_dict.get("owner_org")
    made = proposals.propose(context.get("user") or "", None if not owner else [permissions.department_id(owner) or ""])
    return {"proposed": len(made)}


@tk.side_effect_free
@validate(schema.of_owner)
def nx_system_verdict_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The proposals that you may see, open ones first.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``id, system, system_name, department, owner_org, state`` (``proposed``, ``confirmed``,
        ``contested``, ``cleared``, ``kept``), ``signs, reason, opinion, answer_by, created``
    """
    tk.check_access("nx_system_verdict_list", context, data_dict)
    owners = mine(context, data_dict.get("owner_org"))
    by_id = {system.id: system for system in system_store.every(owners)}
    return [_verdict(row, by_id[row.system_id]) for row in proposals.every(owners) if row.system_id in by_id]


def mine(context: Context, owner_org: str | None) -> list[str] | None:
    """The departments (ids) whose rows the user reads; None for all of them."""
    user = context.get("user")
    owners = None if roles.sees_all(user) else roles.departments(user)
    if owner_org:
        identifier = permissions.department_id(owner_org) or ""
        return [identifier] if owners is None or identifier in owners else []
    return owners


def _verdict(row: Verdict, system: record.System) -> dict[str, Any]:
    return {
        "id": row.id,
        "system_id": row.system_id,
        "system": system.title,
        "system_name": system.name,
        "owner_org": row.owner_org,
        "department": departments.title(row.owner_org, reader_language()),
        "state": row.state,
        "signs": row.signs,
        "reason": row.reason,
        "opinion": row.opinion,
        "answer_by": proposals.answer_by(row).isoformat(),
        "created": row.created.isoformat(),
    }


@validate(schema.of_answer)
def nx_system_answer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The department's word on a proposal.

    :param id: of the proposal
    :param confirm: true: clear it away; false: it is to stay
    :param reason: why it is to stay
    """
    row = _found_verdict("nx_system_answer", context, data_dict["id"])
    user = context.get("user") or ""
    proposals.answer(row, user, confirm=data_dict["confirm"], reason=data_dict.get("reason") or "")
    return _shown(row)


@validate(schema.of_decision)
def nx_system_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The office's word on a proposal; the system's group in table 1 follows.

    :param id: of the proposal
    :param clear: whether the system is cleared away
    :param opinion: required to clear away what the department contested
    """
    row = _found_verdict("nx_system_decide", context, data_dict["id"])
    user = context.get("user") or ""
    proposals.decide(row, user, clear=data_dict["clear"], opinion=data_dict.get("opinion") or "")
    return _shown(row)


def _shown(row: Verdict) -> dict[str, Any]:
    system = system_store.get(row.system_id)
    return _verdict(row, system) if system else {"id": row.id, "state": row.state}


def _found_verdict(action: str, context: Context, identifier: str) -> Verdict:
    tk.check_access(action, context, {"id": identifier})
    row = model.Session.get(Verdict, identifier, with_for_update=True, populate_existing=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such proposal"))
    return row


# Connection


@tk.side_effect_free
@validate(schema.of_owner)
def nx_system_board(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Who is connected to what: networks, the exchange platform, the service platform; departments and cities.

    A department sees its own row, the supervising offices all.

    :returns: ``platforms`` (``key, title, source``) and ``rows``: ``owner_org, title, kind`` and ``fields`` in the
        order of the platforms: ``connected``, ``required``, ``unstated``, ``due``, ``state`` (``connected``,
        ``due``, ``overdue``, ``not_required``, ``unknown``), ``date``, ``evidence``
    """
    tk.check_access("nx_system_board", context, data_dict)
    language = reader_language()
    platforms, rows = queries.board(mine(context, data_dict.get("owner_org")), language)
    return {
        "platforms": [
            {"key": each.key, "title": queries.title(each.title, language), "source": each.source} for each in platforms
        ],
        "rows": [
            {
                "owner_org": row.unit.id,
                "title": row.unit.title,
                "kind": row.unit.kind,
                "fields": [queries.plain(field) for field in row.fields],
            }
            for row in rows
        ],
    }


@validate(schema.of_connection)
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
@validate(schema.of_owner)
def nx_system_funding(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The systems that the funding rule meets: required to connect to the exchange platform, and not connected.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``id, name, title, department, owner_org, state`` (``blocked`` or ``exempt``), ``status``, ``due``,
        ``since``, ``exemption`` (``reason, until, user`` or null)
    """
    tk.check_access("nx_system_funding", context, data_dict)
    language = reader_language()
    found = queries.funding_lines(mine(context, data_dict.get("owner_org")))
    return [_line(line, language) for line in found]


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


@validate(schema.of_exemption)
def nx_system_exempt(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Exempt a system from the funding rule, or withdraw the exemption; gives the list anew.

    :param id: the system, id or name
    :param reason: why; empty to withdraw
    :param until: the last day (optional)
    """
    system = actions.found("nx_system_exempt", context, data_dict["id"])
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


# Integration


@tk.side_effect_free
@validate(schema.of_owner)
def nx_system_integration(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Which systems merge into which big system, department by department, and which datasets come along.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``department, owner_org, before, after`` (numbers of systems), ``mergers`` (``target, registered,
        parts, datasets``), ``kept``, ``cleared``, ``undecided`` (titles)
    """
    tk.check_access("nx_system_integration", context, data_dict)
    language = reader_language()
    owners = mine(context, data_dict.get("owner_org"))
    return [_picture(picture, language) for picture in integration_plan.pictures(system_store.every(owners))]


def _picture(picture: integration_plan.Picture, language: str) -> dict[str, Any]:
    return {
        "department": departments.title(picture.owner_org, language),
        "owner_org": picture.owner_org,
        "before": picture.before,
        "after": picture.after,
        "mergers": [
            {
                "target": merger.target.title,
                "registered": not merger.target.id.startswith(integration_plan.PLANNED),
                "parts": [part.title for part in merger.parts],
                "datasets": list(merger.datasets),
            }
            for merger in picture.mergers
        ],
        "kept": [system.title for system in picture.kept],
        "cleared": [system.title for system in picture.cleared],
        "undecided": [system.title for system in picture.undecided],
    }
