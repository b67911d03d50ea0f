"""Actions of the clean-up: signs, proposals, the department's answer, the office's decision."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.cleanup import inactivity_signs, proposals, schema
from ckanext.nxopendata.register.cleanup.models import Verdict
from ckanext.nxopendata.register.schema import by_department, by_id
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.systems.actions import find_allowed_system


@tk.side_effect_free
@validate(by_id)
def nx_system_check(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The five signs of a "zombie" system, each with its evidence and threshold, and what was said about it.

    :param id: the system, id or name

    :returns: ``signs`` (``sign``, ``met``: true, false or null where the entry does not say enough, ``evidence``,
        ``params``), ``proposes``, ``verdict`` (the latest, or null)
    """
    system = find_allowed_system("nx_system_check", context, data_dict["id"])
    signs = proposals.check_signs(system)
    verdict = proposals.find_latest_verdict(system.id)
    return {
        "id": system.id,
        "title": system.title,
        "signs": proposals.signs_to_json(signs),
        "proposes": inactivity_signs.is_proposed(signs, proposals.thresholds()),
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
    model.Session.commit()
    return {"proposed": len(made)}


@tk.side_effect_free
@validate(by_department)
def nx_system_verdict_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The proposals that you may see, open ones first.

    :param owner_org: only of this department, id or name (optional)

    :returns: each ``id, system, system_name, department, owner_org, state`` (``proposed``, ``confirmed``,
        ``contested``, ``cleared``, ``kept``), ``signs, reason, opinion, answer_by, created``
    """
    tk.check_access("nx_system_verdict_list", context, data_dict)
    owners = permissions.readable_departments(context, data_dict.get("owner_org"))
    systems = {system.id: system for system in system_store.list_systems(owners)}
    return [
        _verdict(row, systems[row.system_id]) for row in proposals.list_verdicts(owners) if row.system_id in systems
    ]


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
        "waits": proposals.waits_for_answer(row),
        "created": row.created.isoformat(),
    }


@validate(schema.answer)
def nx_system_answer(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The department's word on a proposal.

    :param id: of the proposal
    :param confirm: true: clear it away; false: it is to stay
    :param reason: why it is to stay
    """
    row = _find_verdict("nx_system_answer", context, data_dict["id"])
    user = context.get("user") or ""
    proposals.answer(row, user, confirm=data_dict["confirm"], reason=data_dict.get("reason") or "")
    model.Session.commit()
    return _to_api(row)


@validate(schema.decision)
def nx_system_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The office's word on a proposal; the system's group in table 1 follows.

    :param id: of the proposal
    :param clear: whether the system is cleared away
    :param opinion: required to clear away what the department contested
    """
    row = _find_verdict("nx_system_decide", context, data_dict["id"])
    user = context.get("user") or ""
    proposals.decide(row, user, clear=data_dict["clear"], opinion=data_dict.get("opinion") or "")
    model.Session.commit()
    return _to_api(row)


def _to_api(row: Verdict) -> dict[str, Any]:
    system = system_store.find_system(row.system_id)
    return _verdict(row, system) if system else {"id": row.id, "state": row.state}


def _find_verdict(action: str, context: Context, identifier: str) -> Verdict:
    tk.check_access(action, context, {"id": identifier})
    row = model.Session.get(Verdict, identifier, with_for_update=True, populate_existing=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such proposal"))
    return row
