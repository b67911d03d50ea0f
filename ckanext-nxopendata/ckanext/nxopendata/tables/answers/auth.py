"""Who may ask questions: everybody; the answers are of tables that everybody may read."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_answer_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
