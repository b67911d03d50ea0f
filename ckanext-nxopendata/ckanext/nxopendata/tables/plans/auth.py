"""Who may see and change how a file is read: who edits it."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.tables.auth import nx_table_load


def nx_table_plan_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file: it shows rows of files that are not public."""
    return nx_table_load(context, data_dict)


def nx_table_plan_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file."""
    return nx_table_load(context, data_dict)
