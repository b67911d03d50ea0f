"""Who may see how a file is read (who edits it), and who may change it."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.tables.auth import change_table, edit_file


def nx_table_plan_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file: it shows rows of files that are not public."""
    return edit_file(context, data_dict)


def nx_table_plan_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the table."""
    return change_table(context, data_dict)
