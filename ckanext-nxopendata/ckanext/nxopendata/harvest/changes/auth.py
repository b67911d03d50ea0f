"""Who may follow the changes: the feed of public datasets is for everybody."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["nx_changes_list"]


@tk.auth_allow_anonymous_access
def nx_changes_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Anybody; nothing but public datasets is in the feed."""
    return {"success": True}
