"""Who may read tables (as the file itself), and who may have them made again (who edits the dataset)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


def _as(name: str, context: Context, data: DataDict) -> AuthResult:
    try:
        tk.check_access(name, tk.fresh_context(context), data)
    except tk.NotAuthorized as refused:
        return {"success": False, "msg": refused.message or tk._("You may not read this file")}
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_table_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who sees the file's page sees how its table is made up; the rows are another matter."""
    return _as("resource_show", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def nx_table_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who sees the dataset sees which of its files are tables."""
    return _as("package_show", context, {"id": data_dict.get("dataset")})


@tk.auth_allow_anonymous_access
def nx_table_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the DataStore table: licences, privacy and review are asked there."""
    return _as("datastore_search", context, {"resource_id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def nx_table_chart(context: Context, data_dict: DataDict) -> AuthResult:
    """As the rows."""
    return nx_table_search(context, data_dict)


def nx_table_load(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file."""
    return _as("resource_update", context, {"id": data_dict["id"]})


def nx_table_headers(context: Context, data_dict: DataDict) -> AuthResult:
    """System administrators, and the search index, which asks without a person."""
    return {"success": False, "msg": tk._("Only system administrators may do this")}
