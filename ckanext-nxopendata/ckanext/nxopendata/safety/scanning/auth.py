"""Who sees what an examination found: who edits the dataset, and the office."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.safety.scanning import board


def _may(action: str, context: Context, reference: str) -> AuthResult:
    if board.may_see_all(context.get("user") or ""):
        return {"success": True}
    try:
        tk.check_access(action, tk.fresh_context(context), {"id": reference})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return {"success": False, "msg": tk._("Only those who edit the dataset, and the office, may see this")}
    return {"success": True}


def nx_safety_scan(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return _may("resource_update", context, str(data_dict.get("id") or ""))


def nx_safety_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the dataset, and the office."""
    return _may("package_update", context, str(data_dict.get("id") or ""))


def nx_safety_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody with a name; each sees their own departments."""
    return {"success": model.User.get(context.get("user") or "") is not None}
