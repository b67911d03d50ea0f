"""CKAN's own permissions where review has a say."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.editing import datastore

AUTH = datastore.AUTH


@tk.chained_auth_function
def package_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """Where datasets are reviewed, a published one is withdrawn, not deleted."""
    dataset = context.get("package") or model.Package.get((data_dict or {}).get("id") or "")
    if datastore.published_under_review(context, dataset):
        return {"success": False, "msg": tk._("A published dataset is withdrawn by review, not deleted")}
    return next_auth(context, data_dict)


@tk.chained_auth_function
def bulk_update_public(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; not where datasets are reviewed."""
    return _refuse_where_reviewed(context, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def bulk_update_private(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; not where datasets are reviewed, which would answer that it did what it did not."""
    return _refuse_where_reviewed(context, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def bulk_update_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; not where datasets are reviewed."""
    return _refuse_where_reviewed(context, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def member_create(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; a published dataset enters no group beside its review."""
    return _refuse_published_member(context, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def member_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; a published dataset leaves no group beside its review."""
    return _refuse_published_member(context, data_dict) or next_auth(context, data_dict)


def _refuse_published_member(context: Context, data_dict: dict[str, Any] | None) -> AuthResult | None:
    member = data_dict or {}
    is_being_written = bool(context.get("package"))  # a dataset that is written names its own groups
    if member.get("object_type") != "package" or is_being_written:
        return None
    if not datastore.published_under_review(context, model.Package.get(str(member.get("object") or ""))):
        return None
    return {"success": False, "msg": tk._("A published dataset is put into groups by editing it, which is reviewed")}


def _refuse_where_reviewed(context: Context, data_dict: dict[str, Any] | None) -> AuthResult | None:
    if not roles.needs_review(context, (data_dict or {}).get("org_id")):
        return None
    return {"success": False, "msg": tk._("Datasets of this department are published and withdrawn by review")}
