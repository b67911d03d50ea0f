"""Who may do bulk work: everybody who is signed in, for the cases that are theirs; each case is judged by itself."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.review.bulk.models import BulkRun


def nx_review_bulk_preview(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who is signed in; cases that are not theirs are not found."""
    return {"success": bool(context.get("user")), "msg": tk._("Log in to see what waits for your review")}


def nx_review_bulk_apply(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """As for the preview; whether a step is theirs, the machine says for each case."""
    return nx_review_bulk_preview(context, data_dict)


def nx_review_bulk_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """One's own runs."""
    return nx_review_bulk_preview(context, data_dict)


def nx_review_bulk_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever made the run, and system administrators."""
    run = model.Session.get(BulkRun, str(data_dict.get("id") or ""))
    user = model.User.get(context.get("user") or "")
    mine = run is not None and user is not None and (run.user_id == user.id or authz.is_sysadmin(user.name))
    return {"success": mine, "msg": tk._("This is for whoever did it")}


def nx_review_bulk_undo(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever made the run."""
    return nx_review_bulk_show(context, data_dict)
