"""Who may use the actions of the search."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_search_find(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: each finds what CKAN's permission labels let them see."""
    return {"success": True}
