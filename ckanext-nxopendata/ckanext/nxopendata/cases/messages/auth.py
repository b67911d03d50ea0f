"""Who begins a case for a reader: the room that has the form, which asks with its own permission."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict


def nx_case_begin(context: Context, data_dict: DataDict) -> AuthResult:
    """System administrators; a room calls it with ``ignore_auth``, once its own form was allowed."""
    return {"success": False}
