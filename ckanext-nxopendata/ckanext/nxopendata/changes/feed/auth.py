"""Who may follow the changes."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_changes_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow everybody; the feed holds nothing but public datasets."""
    return {"success": True}


def nx_changes_repeat(context: Context, data_dict: DataDict) -> AuthResult:
    """System administrators; a room calls it with ``ignore_auth``."""
    return {"success": False}
