"""Who may have a file, or the rows of its table: asked by actions, ours and DataStore's."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core.file_access import serving
from ckanext.nxopendata.core.file_access.decision import decide


def _check(context: Context, resource_ids: list[str], *, rows: bool) -> AuthResult:
    for resource_id in resource_ids:
        access = decide(resource_id, context.get("user"), rows=rows)
        if not access.allowed:
            return {"success": False, "msg": access.message}
        if rows:
            serving.note(resource_id, context.get("user"), access, rows=True)
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_resource_serve(context: Context, data_dict: DataDict) -> AuthResult:
    """May the file, or any earlier content of it (``id``: of the resource), be served to this person now?"""
    return _check(context, [str(data_dict.get("id") or "")], rows=False)


def _chain(next_auth: Any, context: Context, data_dict: DataDict, resource_ids: list[str]) -> AuthResult:
    result = next_auth(context, data_dict)
    if not result["success"] or context.get("ignore_auth"):
        return result
    return _check(context, resource_ids, rows=True)


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def datastore_search(next_auth: Any, context: Context, data_dict: DataDict | None) -> AuthResult:
    """Rows are guarded as the file is. The dump asks this function too."""
    asked = data_dict or {}
    return _chain(next_auth, context, asked, [str(asked.get("resource_id") or asked.get("id") or "")])


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def datastore_search_sql(next_auth: Any, context: Context, data_dict: DataDict | None) -> AuthResult:
    """As ``datastore_search``, for every table of the query."""
    # The names come as a generator, which the function below us would use up.
    names: list[str] = list(context.get("table_names") or [])  # pyright: ignore[reportArgumentType]
    context["table_names"] = names  # pyright: ignore[reportGeneralTypeIssues] # set by datastore itself
    return _chain(next_auth, context, data_dict or {}, names)
