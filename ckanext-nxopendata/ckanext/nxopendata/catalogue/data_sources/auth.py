"""Who compares the sources of data: those who work for a department."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles


def nx_basic_resource_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Members of departments."""
    user: Any = context.get("auth_user_obj")
    passed = bool(user) and bool(authz.has_user_permission_for_some_org(user.name, "create_dataset"))
    return {"success": passed, "msg": tk._("This is for those who work for a department")}


AUTH = {
    "nx_dataset_overlap_list": roles.for_office(
        _("This is for the supervising office, which decides who is the source of a datum")
    )
}
