"""Who may read and replace the calendar."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_workdays_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Holidays are public."""
    return {"success": True}


def nx_workdays_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising office, and system administrators."""
    text = tk._("The calendar is kept by the supervising office")
    return {"success": roles.is_office(context.get("user")), "msg": text}
