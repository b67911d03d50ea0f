"""Who may use the actions of the catalogue."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context


@tk.auth_allow_anonymous_access
def nx_department_tree(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Anybody; the departments are public."""
    return {"success": True}
