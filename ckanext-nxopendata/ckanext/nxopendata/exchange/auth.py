"""Who may do what in the exchange."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.exchange import models as table


def nx_catalogue_export(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may read the department's drafts: its members."""
    return _may(context, data_dict["owner_org"], "read")


def nx_catalogue_import_preview(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may create datasets in the department."""
    return _may(context, data_dict["owner_org"], "create_dataset")


def nx_catalogue_import_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may import there."""
    return _may(context, data_dict["owner_org"], "create_dataset")


def nx_catalogue_import_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may create datasets in the department: the file holds its drafts."""
    return _may_import(context, data_dict)


def nx_catalogue_import_apply(context: Context, data_dict: DataDict) -> AuthResult:
    """Who may create datasets in the department, and made the preview: its rights were checked against theirs."""
    row = table.get(data_dict["id"])
    if row is not None and row["user_name"] != context.get("user"):
        return {"success": False, "msg": tk._("Only who made the preview may apply it")}
    return _may_import(context, data_dict)


def _may_import(context: Context, data_dict: DataDict) -> AuthResult:
    row = table.get(data_dict["id"])
    if row is None:
        return {"success": False}
    return _may(context, row["organization_id"], "create_dataset")


def _may(context: Context, organization: str, permission: str) -> AuthResult:
    if authz.has_user_permission_for_group_or_org(organization, context.get("user"), permission):
        return {"success": True}
    return {"success": False, "msg": tk._("You are not a member of this department with the right to do this")}
