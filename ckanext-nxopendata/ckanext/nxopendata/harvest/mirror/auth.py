"""Who may see the contents that a copied file had."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_harvest_file_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow who may have the file itself."""
    try:
        tk.check_access("nx_resource_serve", tk.fresh_context(context), {"id": data_dict.get("id")})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error.message or "")}
    return {"success": True}
