"""Who has keys: everybody with a confirmed address, their own."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.applicants import assurance


def nx_account_key_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own."""
    return {"success": True}


def nx_account_key_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may apply for data."""
    user = model.User.get(context.get("user") or "")
    if assurance.is_reached(assurance.find_level(user), "email"):
        return {"success": True}
    return {"success": False, "msg": tk._("Confirm your e-mail address on the page of your account first")}


def nx_account_key_rotate(context: Context, data_dict: DataDict) -> AuthResult:
    """As to make one; the action asks whose it is."""
    return nx_account_key_create(context, data_dict)


def nx_account_key_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has it; the action asks."""
    return {"success": True}
