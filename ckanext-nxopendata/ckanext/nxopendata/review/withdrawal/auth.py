"""Who may read of a withdrawal: everybody."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_dataset_withdrawal_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: the dataset had been public, and the change feed tells that it is gone."""
    return {"success": True}
