"""Who may use the actions of the portal."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.portal.models import Feedback


@tk.auth_allow_anonymous_access
def nx_portal_figures(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: only what is public is counted."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_portal_hot_words(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: they stand on the home page."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_portal_most_used(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: only public datasets are counted."""
    return {"success": True}


# Notices to the public


@tk.auth_allow_anonymous_access
def nx_announcement_list(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_announcement_show(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody."""
    return {"success": True}


# One dataset


@tk.auth_allow_anonymous_access
def nx_dataset_versions(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def nx_dataset_related(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def nx_dataset_use(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def nx_feedback_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def nx_feedback_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset; the action limits how often."""
    return authz.is_authorized("package_show", context, data_dict)


def nx_feedback_waiting(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Who has an account; the action shows them their departments' only."""
    return {"success": True}


def nx_feedback_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the dataset, and the supervising office."""
    if roles.is_office(context.get("user")):
        return {"success": True}
    row = model.Session.get(Feedback, data_dict.get("id") or "")
    if row is None:
        return {"success": False, "msg": tk._("There is no such feedback")}
    return authz.is_authorized("package_update", context, {"id": row.dataset_id})


AUTH = {
    f"nx_announcement_{name}": roles.for_office(_("Notices are written by the supervising office"))
    for name in ("create", "update", "delete")
} | {"nx_feedback_between": roles.for_office(_("This is for the supervising office"))}
