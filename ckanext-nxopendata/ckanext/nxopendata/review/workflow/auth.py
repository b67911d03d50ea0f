"""Who may do what in the review; the steps themselves are judged by the machine."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.workflow import cases, state_machine


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
