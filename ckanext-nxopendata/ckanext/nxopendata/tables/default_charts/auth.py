"""Who may see the choice of a table's chart (who edits the file), and who may change it."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.tables.auth import change_table, edit_file


def nx_table_default_chart_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file."""
    return edit_file(context, data_dict)


def nx_table_default_chart_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the table: the chart stands first on the public page."""
    return change_table(context, data_dict)
