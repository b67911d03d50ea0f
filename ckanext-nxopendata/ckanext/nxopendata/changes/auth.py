"""Who may follow the changes: the feed of public datasets is for everybody, webhooks are the office's."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_changes_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Anybody; nothing but public datasets is in the feed."""
    return {"success": True}


def _office(context: Context) -> AuthResult:
    """The supervising office, and system administrators, who may do everything."""
    if roles.is_office(context.get("user")):
        return {"success": True}
    return {"success": False, "msg": tk._("Webhooks are for the supervising office")}


def nx_webhook_create(context: Context, data_dict: DataDict) -> AuthResult:
    """The office; a webhook has the portal send requests to an address."""
    return _office(context)


def nx_webhook_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)


def nx_webhook_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)


def nx_webhook_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)


def nx_webhook_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)


def nx_webhook_delivery_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)


def nx_webhook_test(context: Context, data_dict: DataDict) -> AuthResult:
    """The office."""
    return _office(context)
