"""Who may have the portal send messages: the office."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles


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
