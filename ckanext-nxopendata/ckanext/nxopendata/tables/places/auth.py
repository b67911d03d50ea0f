"""Who may see what is said of places: everybody; it is of tables that everybody may read."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_place_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_place_compare(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
