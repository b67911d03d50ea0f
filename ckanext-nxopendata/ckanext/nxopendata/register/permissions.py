"""What the auth tables of the register are made of; :mod:`.roles` says who stands where.

Each subject has a table ``AUTH``: action -> who may call it. A rule that depends on a department takes a function that
finds the department (its id, or None where there is none) in what the action was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles

FindDepartment = Callable[[dict[str, Any]], str | None]
AuthFunction = Callable[[Context, dict[str, Any]], AuthResult]


def allow(passed: Any, message: str | None = None) -> AuthResult:
    """The answer of an auth function."""
    if passed:
        return {"success": True}
    return {"success": False, "msg": message or tk._("This is for the department itself and the supervising offices")}


# Departments


def department_id(reference: str | None) -> str | None:
    """The id of a department by its id or name; None when there is none."""
    group = model.Group.get(reference) if reference else None
    return group.id if group is not None and group.is_organization and group.state == "active" else None


def department_named(parameter: str) -> FindDepartment:
    """Find the department that a parameter names by its id or name."""
    return lambda data_dict: department_id(data_dict.get(parameter))


def department_of(table: Any) -> FindDepartment:
    """Find the department whose row of ``table`` the parameter ``id`` means."""

    def find(data_dict: dict[str, Any]) -> str | None:
        row = model.Session.get(table, str(data_dict.get("id") or ""))
        return row.owner_org if row else None

    return find


def readable_departments(context: Context, owner_org: str | None) -> list[str] | None:
    """The departments (ids) whose rows the user reads, of one department or of all; None for all of them."""
    user = context.get("user")
    owners = None if roles.sees_all(user) else roles.departments(user)
    if owner_org:
        identifier = department_id(owner_org) or ""
        return [identifier] if owners is None or identifier in owners else []
    return owners


# Who somebody is


def is_reader(context: Context, owner_org: str | None) -> bool:
    """Whether the user reads the private rows of a department: its members and the supervising offices."""
    own_roles = roles.find_roles(context.get("user"), owner_org)
    return owner_org is not None and bool(own_roles & (roles.SUPERVISORS | {roles.READER}))


def is_editor(context: Context, owner_org: str | None) -> bool:
    """Whether the user fills in the rows of a department: its editors and its head."""
    return owner_org is not None and roles.EDITOR in roles.find_roles(context.get("user"), owner_org)


def is_office(context: Context) -> bool:
    """Whether the user works for the informatisation office."""
    return roles.OFFICE in roles.supervising_offices(context.get("user"))


# Rules of the auth tables


def readers(find: FindDepartment) -> AuthFunction:
    """Members of the department and the supervising offices."""
    return lambda context, data_dict: allow(is_reader(context, find(data_dict)))


def editors(find: FindDepartment) -> AuthFunction:
    """Editors of the department and its head."""
    return lambda context, data_dict: allow(is_editor(context, find(data_dict)))


def heads(find: FindDepartment) -> AuthFunction:
    """The head of the department."""

    def check(context: Context, data_dict: dict[str, Any]) -> AuthResult:
        owner = find(data_dict)
        return allow(owner and roles.HEAD in roles.find_roles(context.get("user"), owner))

    return check


def office(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The informatisation office; the daily job runs as the site itself."""
    return allow(is_office(context))


def supervisors(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The supervising offices."""
    return allow(roles.sees_all(context.get("user")))


def colleagues(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who works for a department or an office; the action shows what each may see."""
    user = context.get("user")
    return allow(bool(user) and (roles.sees_all(user) or bool(roles.departments(user))))


def department_readers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Those who read the rows of ``owner_org``; without it, everybody who works for a department or an office."""
    if data_dict.get("owner_org"):
        return allow(is_reader(context, department_id(data_dict["owner_org"])))
    return colleagues(context, data_dict)


def signed_in(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who is signed in; the action shows what each may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def anybody(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Anybody; the action shows what each may see."""
    return {"success": True}
