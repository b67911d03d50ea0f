"""What the auth functions of the register ask; :mod:`.roles` says who stands where."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles


def allow(passed: Any, message: str | None = None) -> AuthResult:
    """The answer of an auth function."""
    if passed:
        return {"success": True}
    return {"success": False, "msg": message or tk._("This is for the department itself and the supervising offices")}


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
