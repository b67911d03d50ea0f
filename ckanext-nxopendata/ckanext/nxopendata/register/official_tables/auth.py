"""Who may have the official tables, and import them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.models import Import
from ckanext.nxopendata.register.permissions import allow, department_id, fills_in, reads


def nx_system_table(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own; of all departments together, the supervising offices."""
    if data_dict.get("owner_org"):
        return allow(reads(context, department_id(data_dict["owner_org"])))
    return allow(roles.sees_all(context.get("user")))


def nx_system_unit_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices: these are people's names and telephones."""
    return allow(reads(context, department_id(data_dict.get("id"))))


def nx_system_unit_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The same."""
    return nx_system_unit_show(context, data_dict)


def nx_system_unit_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department, and who collects tables 4 and 5."""
    owner = department_id(data_dict.get("id"))
    return allow(fills_in(context, owner) or (owner and roles.COLLECTORS & roles.of(context.get("user"), owner)))


def nx_system_import_preview(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_system_import_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    row = model.Session.get(Import, data_dict.get("id") or "")
    return allow(row is not None and fills_in(context, row.owner_org))


def nx_system_import_answer(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return nx_system_import_show(context, data_dict)


def nx_system_import_apply(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever made the preview: it was checked by their rights."""
    row = model.Session.get(Import, data_dict.get("id") or "")
    if row is not None and row.user_name != context.get("user"):
        return allow(False, tk._("Only who made the preview may apply it"))
    return nx_system_import_show(context, data_dict)
