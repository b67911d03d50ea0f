"""Who proposes and approves sign-offs, recalls files and makes safety officers."""

from __future__ import annotations

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import board
from ckanext.nxopendata.safety.scanning.auth import nx_safety_scan

OFFICER_LEVEL = 3
"""Level of what was found from which a safety officer approves."""


def nx_safety_signoff_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)


def nx_safety_signoff_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """Another person than who proposed: of the office, and from level 3 on a safety officer.

    That the author does not approve binds system administrators too; the action sees to it.
    """
    user = context.get("user") or ""
    found = model.Session.get(models.Signoff, str(data_dict.get("id") or ""))
    if found is None:
        return {"success": board.may_see_all(user)}
    if found.level >= OFFICER_LEVEL and not board.is_officer(user):
        return {"success": False, "msg": tk._("What was found is of level 3 or 4: a safety officer decides")}
    return {"success": board.may_see_all(user), "msg": tk._("The office decides")}


def nx_safety_recall_create(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers."""
    return {"success": board.may_see_all(context.get("user") or ""), "msg": tk._("The office decides")}


def nx_safety_recall_lift(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers."""
    return nx_safety_recall_create(context, data_dict)


def nx_safety_officer_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the supervising organisation, and of the system."""
    user = context.get("user") or ""
    office = roles.office_id()
    is_head = bool(office) and authz.users_role_for_group_or_org(office, user) == "admin"
    return {"success": authz.is_sysadmin(user) or is_head, "msg": tk._("The head of the office decides")}


def nx_safety_signoff_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers; the register's audit reads it for those who audit."""
    return nx_safety_recall_create(context, data_dict)


def nx_safety_event_list(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers."""
    return nx_safety_recall_create(context, data_dict)
