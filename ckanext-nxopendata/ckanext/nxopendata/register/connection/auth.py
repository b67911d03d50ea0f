"""Who may do what with connections."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions


def nx_system_connect(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the unit, and the informatisation office, which runs the networks."""
    owner = permissions.department_id(data_dict.get("owner_org"))
    return permissions.allow(owner and (permissions.is_editor(context, owner) or permissions.is_office(context)))


AUTH = {"nx_system_board": permissions.department_readers}
