"""Who reads reuses and reports them: everybody; the action limits how often."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_case_reuse_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: what a department has shown."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_case_report_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; nothing that they write is shown or sent to anybody."""
    return {"success": True}
