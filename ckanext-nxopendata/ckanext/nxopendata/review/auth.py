"""Who may do what in the review; the steps themselves are judged by the machine."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review import cases, datastore, state_machine

AUTH = datastore.AUTH


def nx_review_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors and heads of the department; the office once the case was submitted."""
    reference = data_dict.get("id") or ""
    case, dataset = cases.find(reference), model.Package.get(reference)
    if case is None and dataset is None:
        return {"success": False, "msg": tk._("There is no such review")}
    organization = case.owner_org if case else getattr(dataset, "owner_org", None) or ""
    held = roles.find_roles(context.get("user"), organization)
    state = (
        case.state if case else (state_machine.DRAFT if getattr(dataset, "private", True) else state_machine.PUBLISHED)
    )
    seen = held & {state_machine.EDITOR, state_machine.HEAD} or (held and state != state_machine.DRAFT)
    return {"success": bool(seen), "msg": tk._("This review is for the department and the supervising office")}


def nx_review_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever may see the case; whether the step is theirs, the machine says."""
    return nx_review_show(context, data_dict)


def nx_review_submit(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """As for a decision."""
    return nx_review_show(context, data_dict)


def nx_review_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """As for the case."""
    return nx_review_show(context, data_dict)


def nx_review_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who is logged in has a queue, mostly an empty one."""
    return {"success": True}


def nx_notice_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """One's own notices."""
    return {"success": True}


def nx_notice_read(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """One's own notices."""
    return {"success": bool(context.get("user")), "msg": tk._("Log in to read your notices")}


@tk.auth_allow_anonymous_access
def nx_catalogue_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The lists of the plan are public."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_workdays_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Holidays are public."""
    return {"success": True}


def nx_workdays_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising office, and system administrators."""
    text = tk._("The calendar is kept by the supervising office")
    return {"success": roles.is_office(context.get("user")), "msg": text}


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
def bulk_update_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """As CKAN has it; not where datasets are reviewed."""
    return _refuse_where_reviewed(context, data_dict) or next_auth(context, data_dict)


def _refuse_where_reviewed(context: Context, data_dict: dict[str, Any] | None) -> AuthResult | None:
    if not roles.needs_review(context, (data_dict or {}).get("org_id")):
        return None
    return {"success": False, "msg": tk._("Datasets of this department are published and withdrawn by review")}
