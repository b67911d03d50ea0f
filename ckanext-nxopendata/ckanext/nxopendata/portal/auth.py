"""Who may use the actions of the portal."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.catalogue.review import gate

__all__ = [
    "nx_announcement_create",
    "nx_announcement_delete",
    "nx_announcement_list",
    "nx_announcement_show",
    "nx_announcement_update",
    "nx_portal_figures",
    "nx_portal_hot_words",
    "nx_portal_most_used",
]


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


def nx_announcement_create(context: Context, data_dict: DataDict | None) -> AuthResult:
    """The supervising office, and system administrators."""
    return {
        "success": gate.is_office(context.get("user")),
        "msg": tk._("Notices are written by the supervising office"),
    }


def nx_announcement_update(context: Context, data_dict: DataDict | None) -> AuthResult:
    """As for writing one."""
    return nx_announcement_create(context, data_dict)


def nx_announcement_delete(context: Context, data_dict: DataDict | None) -> AuthResult:
    """As for writing one."""
    return nx_announcement_create(context, data_dict)
