"""Who may use the actions of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context


@tk.auth_allow_anonymous_access
def nx_department_tree(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Anybody; the departments are public."""
    return {"success": True}


@tk.chained_auth_function
def organization_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """System administrators alone: what the public reads of a department ends with it."""
    return {"success": False, "msg": tk._("A department is deleted by the system administrator")}


@tk.chained_auth_function
def group_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it, for groups; CKAN takes departments too, past what is asked before one is deleted."""
    return _refuse_department(data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def group_update(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it, for groups; a department has other fields."""
    return _refuse_department(data_dict) or next_auth(context, data_dict)


def _refuse_department(data_dict: dict[str, Any] | None) -> AuthResult | None:
    reference = (data_dict or {}).get("id")
    group = model.Group.get(reference) if isinstance(reference, str) else None
    if group is None or not group.is_organization:
        return None
    return {"success": False, "msg": tk._("This is a department, not a group: use the actions of organizations")}
