"""Who may have data items suggested: who edits the dataset."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


def nx_dataset_items_suggest(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the dataset: the file may not be public."""
    try:
        tk.check_access("package_update", context, {"id": data_dict.get("id")})
    except tk.NotAuthorized:
        return {"success": False, "msg": tk._("Only who edits the dataset may do this")}
    return {"success": True}
