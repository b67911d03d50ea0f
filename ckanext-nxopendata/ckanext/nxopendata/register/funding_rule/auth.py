"""Who may do what with the funding rule."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles


def nx_system_exempt(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office and the finance department."""
    return permissions.allow(roles.supervising_offices(context.get("user")) & {roles.OFFICE, roles.FINANCE})


AUTH = {"nx_system_funding": permissions.department_readers}
