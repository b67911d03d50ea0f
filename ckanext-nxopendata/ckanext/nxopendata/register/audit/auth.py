"""Who may do what in the audit."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.audit.models import Finding
from ckanext.nxopendata.register.permissions import allow, fills_in, reads


def _is_supervisor(context: Context) -> AuthResult:
    return allow(roles.sees_all(context.get("user")))


def nx_audit_export(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices, who read all of it anyway."""
    return _is_supervisor(context)


def nx_audit_export_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices."""
    return _is_supervisor(context)


def nx_audit_verify(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices."""
    return _is_supervisor(context)


def nx_audit_sample(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices."""
    return _is_supervisor(context)


def _owner(data_dict: dict[str, Any]) -> str | None:
    row = model.Session.get(Finding, str(data_dict.get("id") or ""))
    return row.owner_org if row else None


def nx_audit_finding_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who works for a department or an office; the list holds what each may see."""
    user = context.get("user")
    return allow(bool(user) and (roles.sees_all(user) or bool(roles.departments(user))))


def nx_audit_finding_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The unit and the offices."""
    return allow(reads(context, _owner(data_dict)))


def nx_audit_finding_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The audit office, but for its members who only read."""
    return allow(roles.audits(context.get("user")))


def nx_audit_finding_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The same."""
    return allow(roles.audits(context.get("user")))


def nx_audit_finding_reply(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit."""
    return allow(fills_in(context, _owner(data_dict)))
