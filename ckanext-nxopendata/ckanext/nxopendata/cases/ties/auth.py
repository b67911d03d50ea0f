"""Who reads what cases bring about at datasets: everybody, of those that are public."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def nx_case_dataset_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: the page of a dataset says the same."""
    return {"success": True}
