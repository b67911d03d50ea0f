"""Who may follow the changes: everybody the feed of public datasets, the office the webhooks."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_changes_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow everybody; the feed holds nothing but public datasets."""
    return {"success": True}


def allow_office(context: Context, _data_dict: DataDict | None) -> AuthResult:
    """Allow the supervising office; system administrators may do everything anyway.

    A webhook has the portal send requests to an address, so a department must not create one.
    """
    if roles.is_office(context.get("user")):
        return {"success": True}
    return {"success": False, "msg": tk._("Webhooks are for the supervising office")}


AUTH = {
    f"nx_webhook_{name}": allow_office
    for name in ("create", "update", "delete", "show", "list", "delivery_list", "test")
}
