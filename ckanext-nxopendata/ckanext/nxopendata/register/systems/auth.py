"""Who may do what in the register; :mod:`.roles` says who stands where."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.systems.visibility import PROJECT, SYSTEM, TYPES


def allow(passed: Any, message: str | None = None) -> AuthResult:
    """The answer of an auth function."""
    if passed:
        return {"success": True}
    return {"success": False, "msg": message or tk._("This is for the department itself and the supervising offices")}


def owner_of(reference: str | None, kind: str = SYSTEM) -> str | None:
    """The department (id) of a system or project (id or name); None when there is none."""
    found = model.Package.get(reference) if reference else None
    return found.owner_org if found is not None and found.type == kind and found.state == "active" else None


def department_id(reference: str | None) -> str | None:
    """The id of a department by its id or name; None when there is none."""
    found = model.Group.get(reference) if reference else None
    return found.id if found is not None and found.is_organization and found.state == "active" else None


def reads(context: Context, owner_org: str | None) -> bool:
    """Whether the user reads the private rows of a department: its members and the supervising offices."""
    mine = roles.of(context.get("user"), owner_org)
    return owner_org is not None and bool(mine & (roles.SUPERVISORS | {roles.READER}))


def fills_in(context: Context, owner_org: str | None) -> bool:
    """Whether the user fills in the rows of a department: its editors and its head."""
    return owner_org is not None and roles.EDITOR in roles.of(context.get("user"), owner_org)


# Systems


@tk.auth_allow_anonymous_access
def nx_system_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Anybody: the list holds what each may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_system_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices; of what is declared public, anybody (the action shows them less)."""
    package = model.Package.get(data_dict.get("id") or "")
    public = package is not None and package.type == SYSTEM and package.extras.get("nx_declared_public") == "1"
    return allow(public or reads(context, owner_of(data_dict.get("id"))))


def nx_system_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return allow(reads(context, owner_of(data_dict.get("id"))))


def nx_system_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_system_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, owner_of(data_dict.get("id"))))


def nx_system_dispose(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The head of the department."""
    owner = owner_of(data_dict.get("id"))
    return allow(owner and roles.HEAD in roles.of(context.get("user"), owner))


# Projects


def nx_project_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who is logged in: the list holds what each may see."""
    return {"success": True}


def nx_project_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return allow(reads(context, owner_of(data_dict.get("id"), PROJECT)))


def nx_project_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return nx_project_show(context, data_dict)


def nx_project_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_project_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, owner_of(data_dict.get("id"), PROJECT)))


def nx_project_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever sees the project; whether the step is theirs, the steps say."""
    return nx_project_show(context, data_dict)


# CKAN's own ways


@tk.chained_auth_function
def package_update(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """Systems and projects are changed by the register's actions alone."""
    return _closed(context, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def package_delete(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """Systems and projects are disposed of, not deleted."""
    return _closed(context, data_dict) or next_auth(context, data_dict)


def _closed(context: Context, data_dict: dict[str, Any] | None) -> AuthResult | None:
    package = context.get("package") or model.Package.get((data_dict or {}).get("id") or "")
    if package is not None and package.type in TYPES:
        return allow(False, tk._("Systems and projects are changed in the register, and never deleted"))
    return None


@tk.chained_auth_function
def nx_review_show(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """The review is for datasets; systems and projects have no case."""
    return _closed({}, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def nx_review_submit(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """The same."""
    return _closed({}, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def nx_review_decide(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """The same."""
    return _closed({}, data_dict) or next_auth(context, data_dict)


@tk.chained_auth_function
def nx_review_log(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
    """The same."""
    return _closed({}, data_dict) or next_auth(context, data_dict)
