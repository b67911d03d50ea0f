"""Who may do what in the supervision of systems."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.models import Verdict
from ckanext.nxopendata.register.permissions import allow, department_id, fills_in, reads
from ckanext.nxopendata.register.systems.auth import owner_of


def nx_system_check(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return allow(reads(context, owner_of(data_dict.get("id"))))


def nx_system_propose(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office."""
    return allow(roles.OFFICE in roles.supervising(context.get("user")))


def nx_system_answer(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    row = model.Session.get(Verdict, data_dict.get("id") or "")
    return allow(row is not None and fills_in(context, row.owner_org))


def nx_system_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office."""
    return allow(roles.OFFICE in roles.supervising(context.get("user")))


def nx_system_exempt(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office and the finance department."""
    return allow(roles.supervising(context.get("user")) & {roles.OFFICE, roles.FINANCE})


def nx_system_connect(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit, and the informatisation office, which runs the networks."""
    owner = department_id(data_dict.get("owner_org"))
    return allow(owner and (fills_in(context, owner) or roles.OFFICE in roles.supervising(context.get("user"))))


def _reader(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    owner = data_dict.get("owner_org")
    if owner:
        return allow(reads(context, department_id(owner)))
    user = context.get("user")
    return allow(roles.sees_all(user) or roles.departments(user))


def nx_system_verdict_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own; the offices all."""
    return _reader(context, data_dict)


def nx_system_board(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own row; the offices all."""
    return _reader(context, data_dict)


def nx_system_funding(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own; the offices all."""
    return _reader(context, data_dict)


def nx_system_integration(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own; the offices all."""
    return _reader(context, data_dict)
