"""Who may ask by SQL: everybody; each table that a statement names is asked for by itself."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_sql_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
