"""Who may see and change sources."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.harvest.permissions import allow_office, allow_source

AUTH = {
    "nx_harvest_source_create": allow_office,
    "nx_harvest_source_update": allow_office,
    "nx_harvest_source_delete": allow_office,
    "nx_harvest_source_show": allow_source,
}


def nx_harvest_source_test(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow who may see the source to try it as it is saved, and who may change it to try other settings."""
    if data_dict.get("id") and set(data_dict) <= {"id", "limit"}:
        return allow_source(context, data_dict)
    return allow_office(context, data_dict)


def nx_harvest_source_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow everybody who is logged in (CKAN refuses the rest); the action lists only the sources they may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_harvest_provenance_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow who may see the dataset."""
    try:
        tk.check_access("package_show", context, {"id": data_dict.get("id", "")})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}
