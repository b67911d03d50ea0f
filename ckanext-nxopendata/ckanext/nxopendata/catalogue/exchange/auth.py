"""Who may do what in the exchange."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["nx_codelist_list", "nx_codelist_show"]


@tk.auth_allow_anonymous_access
def nx_codelist_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Code lists are public."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_codelist_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Code lists are public."""
    return {"success": True}
