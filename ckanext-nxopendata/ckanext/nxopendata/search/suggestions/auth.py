"""Who may use the suggestions."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_search_suggest(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: only public datasets are asked."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_search_correct(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: only public datasets are asked."""
    return {"success": True}
