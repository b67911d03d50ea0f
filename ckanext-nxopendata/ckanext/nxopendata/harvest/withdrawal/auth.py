"""Who may bring a withdrawn dataset back."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles


def nx_harvest_dataset_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """Allow the office, and the heads of the dataset's department."""
    dataset = model.Package.get(data_dict.get("id") or "")
    user = context.get("user", "")
    if dataset is None or roles.is_office(user):
        return {"success": True}
    if user and authz.users_role_for_group_or_org(dataset.owner_org, user) == "admin":
        return {"success": True}
    return {"success": False, "msg": tk._("Only the head of the department or the supervising office may do this")}
