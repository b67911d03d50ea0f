"""Who may do what with systems."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import entry_store, roles
from ckanext.nxopendata.register.permissions import allow, department_id, fills_in, reads
from ckanext.nxopendata.register.systems.models import SystemRow


def owner_of(reference: str | None) -> str | None:
    """The department (id) of a system (id or name); None when there is none."""
    row = entry_store.find(SystemRow, reference)
    return row.owner_org if row else None


@tk.auth_allow_anonymous_access
def nx_system_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Anybody: the list holds what each may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_system_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices; of what is declared public, anybody (the action shows them less)."""
    row = entry_store.find(SystemRow, data_dict.get("id"))
    if row is None:
        return allow(False)
    return allow(row.fields.get("nx_declared_public") == "1" or reads(context, row.owner_org))


def nx_system_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return allow(reads(context, owner_of(data_dict.get("id"))))


def nx_system_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_system_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, owner_of(data_dict.get("id"))))


def nx_system_dispose(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The head of the department."""
    owner = owner_of(data_dict.get("id"))
    return allow(owner and roles.HEAD in roles.of(context.get("user"), owner))
