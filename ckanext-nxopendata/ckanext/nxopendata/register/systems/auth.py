"""Who may do what with systems."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.systems.models import SystemRow


def find_department(data_dict: dict[str, Any]) -> str | None:
    """Find the department (id) of the system (id or name) that ``id`` means; None where there is none."""
    row = entry_store.find(SystemRow, data_dict.get("id"))
    return row.owner_org if row else None


@tk.auth_allow_anonymous_access
def nx_system_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices; of what is declared public, anybody (the action shows them less)."""
    row = entry_store.find(SystemRow, data_dict.get("id"))
    if row is None:
        return permissions.allow(False)
    is_public = row.fields.get("nx_declared_public") == "1"
    return permissions.allow(is_public or permissions.is_reader(context, row.owner_org))


AUTH = {
    "nx_system_list": permissions.anybody,
    "nx_system_log": permissions.readers(find_department),
    "nx_system_create": permissions.editors(permissions.department_named("owner_org")),
    "nx_system_update": permissions.editors(find_department),
    "nx_system_dispose": permissions.heads(find_department),
}
