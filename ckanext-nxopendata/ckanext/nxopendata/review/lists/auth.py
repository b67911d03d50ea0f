"""Who may read the lists of the plan."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context


@tk.auth_allow_anonymous_access
def nx_catalogue_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The lists of the plan are public."""
    return {"success": True}
