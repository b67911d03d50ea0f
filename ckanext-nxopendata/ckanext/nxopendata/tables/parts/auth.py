"""Who may make a further table of a file: who edits it; where changes are reviewed, it waits with them."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.tables.auth import edit_file


def nx_table_part_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file."""
    return edit_file(context, data_dict)
