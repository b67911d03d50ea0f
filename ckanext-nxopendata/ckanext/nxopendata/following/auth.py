"""Who may follow: everybody by e-mail, who has an account also by favourites. Nobody sees another's."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.following.models import Subscription


def nx_favourite_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account; the action looks whether they may see the dataset."""
    return {"success": True}


def nx_favourite_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, of their own."""
    return {"success": True}


def nx_favourite_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_subscription_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; the address has to confirm, and the action limits how often."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_subscription_confirm(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has the secret of the mail."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_subscription_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has the secret of a mail; without it, the subscriber."""
    if data_dict.get("token"):
        return {"success": True}
    row = model.Session.get(Subscription, data_dict.get("id") or "")
    user = model.User.get(context.get("user") or "")
    mine = row is not None and user is not None and row.user_id == user.id
    return {"success": mine, "msg": tk._("This is not a subscription of yours")}


def nx_subscription_notify(context: Context, data_dict: DataDict) -> AuthResult:
    """System administrators; a room calls it with ``ignore_auth``."""
    return {"success": False}


def nx_subscription_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own."""
    return {"success": True}
