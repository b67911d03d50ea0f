"""Who makes an account: everybody, where the site lets them. Who confirms organisations: the office."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles

REGISTRATION = "ckanext.nxopendata.cases.registration"


@tk.auth_allow_anonymous_access
def nx_account_invite(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody, unless the site makes all accounts itself; the action limits how often."""
    if not tk.config[REGISTRATION]:
        return {"success": False, "msg": tk._("Accounts are made by the office that runs this site")}
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_account_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has the link of a letter."""
    return nx_account_invite(context, data_dict)


def nx_account_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own."""
    return {"success": True}


def nx_account_confirmation_send(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, to their own address; the action limits how often."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_account_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has the link of the letter, signed in or not."""
    return {"success": True}


def nx_account_organisation_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, for themselves."""
    return {"success": True}


def nx_account_organisation_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The supervising office."""
    user = context.get("user") or ""
    if roles.is_office(user) or authz.is_sysadmin(user):
        return {"success": True}
    return {"success": False, "msg": tk._("Organisations are confirmed by the supervising office")}


def nx_account_organisation_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """The supervising office."""
    return nx_account_organisation_list(context, data_dict)
