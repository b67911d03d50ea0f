"""Who may read tables (as the file itself), and who may change what they show (who may write the rows)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles


def _find_refusal(name: str, context: Context, data: DataDict) -> str:
    """Return why somebody may not call an action; "" if they may."""
    try:
        tk.check_access(name, tk.fresh_context(context), data)
    except tk.NotAuthorized as refused:
        return str(refused.message or tk._("You may not read this file"))
    return ""


def _to_result(refusal: str) -> AuthResult:
    return {"success": False, "msg": refusal} if refusal else {"success": True}


def _as(name: str, context: Context, data: DataDict) -> AuthResult:
    return _to_result(_find_refusal(name, context, data))


@tk.auth_allow_anonymous_access
def nx_table_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who sees the file's page sees how its table is made up; the rows are another matter."""
    return _as("resource_show", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def nx_table_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who sees the dataset sees which of its files are tables."""
    return _as("package_show", context, {"id": data_dict.get("dataset")})


@tk.auth_allow_anonymous_access
def nx_table_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the DataStore table: licences, privacy and review are asked there."""
    return _as("datastore_search", context, {"resource_id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def nx_table_chart(context: Context, data_dict: DataDict) -> AuthResult:
    """As the rows."""
    return nx_table_search(context, data_dict)


def nx_table_load(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may change the table: while it is made again, the public has none."""
    return change_table(context, data_dict)


def edit_file(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and who publishes what its department changes."""
    refusal = _find_refusal("resource_update", context, {"id": data_dict["id"]})
    return _to_result("" if _publishes(context, data_dict["id"]) else refusal)


def change_table(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may write the rows beside the review, and who publishes: the table is what the public reads of the file.

    A reading plan and a chosen chart are no part of the dataset, so no pending change could hold them.
    """
    resource_id = data_dict["id"]
    not_editor = _find_refusal("resource_update", context, {"id": resource_id})
    refusal = not_editor or _find_refusal("datastore_upsert", context, {"resource_id": resource_id})
    if not refusal or _publishes(context, resource_id):
        return {"success": True}
    if not not_editor and _find_public_dataset(resource_id):
        refusal = tk._(
            "The public reads this table, so what it shows is changed by who publishes for the department: the "
            "supervising office, or the head of a department that publishes by itself. To have it read otherwise, ask "
            "them, or upload a changed file, which is then reviewed"
        )
    return _to_result(refusal)


def _find_public_dataset(resource_id: str) -> model.Package | None:
    resource = model.Resource.get(resource_id)
    dataset = resource.package if resource is not None else None
    return None if dataset is None or dataset.private else dataset


def _publishes(context: Context, resource_id: str) -> bool:
    """Whether somebody publishes what is changed in this file, which the public reads already."""
    dataset = _find_public_dataset(resource_id)
    return dataset is not None and roles.may_publish(context.get("user"), dataset.owner_org)


def nx_table_headers(context: Context, data_dict: DataDict) -> AuthResult:
    """System administrators, and the search index, which asks without a person."""
    return {"success": False, "msg": tk._("Only system administrators may do this")}
