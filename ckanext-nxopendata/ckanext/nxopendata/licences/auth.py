"""Who may ask about licences (anyone), grant agreements (the providing department), and read conditional data."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.licences.agreements import access


def _anyone(context: Context, data_dict: DataDict) -> AuthResult:
    return {"success": True}


nx_licence_list = tk.auth_allow_anonymous_access(_anyone)
nx_licence_show = tk.auth_allow_anonymous_access(_anyone)
nx_licence_evaluate = tk.auth_allow_anonymous_access(_anyone)
nx_licence_combine = tk.auth_allow_anonymous_access(_anyone)
nx_licence_normalise = tk.auth_allow_anonymous_access(_anyone)


@tk.auth_allow_anonymous_access
def nx_resource_serve(context: Context, data_dict: DataDict) -> AuthResult:
    """May the file, any earlier content of it, or its rows (``id``: of the resource) be served to this person now?

    Whoever sends any of these asks here, other rooms included.
    """
    resource_id = str(data_dict.get("id") or "")
    try:
        tk.check_access("resource_show", tk.fresh_context(context), {"id": resource_id})
    except tk.ObjectNotFound:
        return {"success": True}  # for the action to report
    except tk.NotAuthorized as refused:
        return {"success": False, "msg": refused.message or tk._("You may not read this file")}
    found = access.may_serve(resource_id, context.get("user"))
    return {"success": True} if found.allowed else {"success": False, "msg": found.message}


def _of_dataset(context: Context, dataset_id: Any) -> AuthResult:
    """Administrators of the department that provides the dataset; a missing dataset is for the action to report."""
    package = model.Package.get(str(dataset_id or ""))
    if package is None:
        return {"success": True}
    user = context.get("user", "")
    owner = package.owner_org
    if user and owner and authz.has_user_permission_for_group_or_org(owner, user, "admin"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only administrators of the providing department may do this")}


def nx_agreement_grant(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    return _of_dataset(context, data_dict.get("dataset"))


def nx_agreement_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    return _of_dataset(context, data_dict.get("dataset"))


def nx_agreement_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    from ckanext.nxopendata.licences.agreements.models import Agreement

    found = model.Session.get(Agreement, str(data_dict.get("id") or ""))
    return _of_dataset(context, found.dataset_id if found else None)


def _chain(next_auth: Any, context: Context, data_dict: DataDict, resource_ids: list[str]) -> AuthResult:
    result = next_auth(context, data_dict)
    if not result["success"] or context.get("ignore_auth"):
        return result
    for resource_id in resource_ids:
        found = access.may_serve(resource_id, context.get("user"), rows=True)
        if not found.allowed:
            return {"success": False, "msg": found.message}
    return result


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def datastore_search(next_auth: Any, context: Context, data_dict: DataDict | None) -> AuthResult:
    """Rows of a conditional dataset are guarded as its files are. The dump asks this function too."""
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
