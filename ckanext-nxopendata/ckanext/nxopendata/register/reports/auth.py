"""Who may do what with tasks and reports."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.permissions import allow, department_id, fills_in, reads
from ckanext.nxopendata.register.reports.models import Report


def _belongs(context: Context) -> bool:
    user = context.get("user")
    return bool(user) and (roles.sees_all(user) or bool(roles.departments(user)))


def nx_task_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who works for a department or an office; progress is shown of what they may read."""
    return allow(_belongs(context))


def nx_task_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The same."""
    return allow(_belongs(context))


def nx_task_progress_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_task_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office."""
    return allow(roles.OFFICE in roles.supervising(context.get("user")))


def _owner(data_dict: dict[str, Any]) -> str | None:
    row = model.Session.get(Report, data_dict.get("id") or "")
    return row.owner_org if row else None


def nx_report_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who works for a department or an office; the list holds what each may see."""
    return allow(_belongs(context))


def nx_report_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The unit and the offices."""
    return allow(reads(context, _owner(data_dict)))


def nx_report_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit."""
    return allow(fills_in(context, _owner(data_dict)))


def nx_report_submit(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The head of the unit."""
    owner = _owner(data_dict)
    return allow(owner and roles.HEAD in roles.of(context.get("user"), owner))


def nx_report_summary(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices."""
    return allow(roles.sees_all(context.get("user")))


def nx_report_remind(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office; the daily job runs as the site itself."""
    return allow(roles.OFFICE in roles.supervising(context.get("user")))
