"""Who may use the actions of the portal."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = ["nx_portal_figures"]


@tk.auth_allow_anonymous_access
def nx_portal_figures(context: Context, data_dict: DataDict | None) -> AuthResult:
    """Everybody: only what is public is counted."""
    return {"success": True}
