"""Who may do what in the audit."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles
from ckanext.nxopendata.register.audit.models import Finding


def _auditors(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The audit office, but for its members who only read."""
    return permissions.allow(roles.is_auditor(context.get("user")))


_find_department = permissions.department_of(Finding)

AUTH = {
    "nx_audit_export": permissions.supervisors,
    "nx_audit_export_list": permissions.supervisors,
    "nx_audit_verify": permissions.supervisors,
    "nx_audit_sample": permissions.supervisors,
    "nx_audit_finding_list": permissions.colleagues,
    "nx_audit_finding_show": permissions.readers(_find_department),
    "nx_audit_finding_create": _auditors,
    "nx_audit_finding_decide": _auditors,
    "nx_audit_finding_reply": permissions.editors(_find_department),
}
