"""Who may read notices."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context


def nx_notice_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """One's own notices."""
    return {"success": True}


def nx_notice_read(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """One's own notices."""
    return {"success": bool(context.get("user")), "msg": tk._("Log in to read your notices")}
