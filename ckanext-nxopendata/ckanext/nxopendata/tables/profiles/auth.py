"""Who may see the profile of a table: who may read its rows, for it shows values of them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.tables.auth import nx_table_search


@tk.auth_allow_anonymous_access
def nx_table_profile_show(context: Context, data_dict: DataDict) -> AuthResult:
    """As the rows."""
    return nx_table_search(context, data_dict)
