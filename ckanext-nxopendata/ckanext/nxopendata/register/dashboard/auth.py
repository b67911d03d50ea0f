"""Who sees the dashboards."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.permissions import allow


def nx_register_dashboard(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who works for a department or an office; the action shows what each may see."""
    user = context.get("user")
    return allow(bool(user) and (roles.sees_all(user) or bool(roles.departments(user))))
