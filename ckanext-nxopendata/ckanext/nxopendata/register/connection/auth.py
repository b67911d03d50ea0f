"""Who may do what with connections and the funding rule."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles


def nx_system_exempt(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office and the finance department."""
    return permissions.allow(roles.supervising_offices(context.get("user")) & {roles.OFFICE, roles.FINANCE})


def nx_system_connect(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit, and the informatisation office, which runs the networks."""
    owner = permissions.department_id(data_dict.get("owner_org"))
    return permissions.allow(owner and (permissions.is_editor(context, owner) or permissions.is_office(context)))


AUTH = {
    "nx_system_board": permissions.department_readers,
    "nx_system_funding": permissions.department_readers,
}
