"""Who may have the official tables, and import them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles
from ckanext.nxopendata.register.official_tables.models import Import

_unit_readers = permissions.readers(permissions.department_named("id"))
_import_editors = permissions.editors(permissions.department_of(Import))


def nx_system_table(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department its own; of all departments together, the supervising offices."""
    if data_dict.get("owner_org"):
        return permissions.allow(permissions.is_reader(context, permissions.department_id(data_dict["owner_org"])))
    return permissions.allow(roles.sees_all(context.get("user")))


def nx_system_unit_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department, and who collects tables 4 and 5."""
    owner = permissions.department_id(data_dict.get("id"))
    return permissions.allow(
        permissions.is_editor(context, owner)
        or (owner and roles.COLLECTORS & roles.find_roles(context.get("user"), owner))
    )


def nx_system_import_apply(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever made the preview: it was checked by their rights."""
    row = model.Session.get(Import, data_dict.get("id") or "")
    if row is not None and row.user_name != context.get("user"):
        return permissions.allow(False, tk._("Only who made the preview may apply it"))
    return _import_editors(context, data_dict)


AUTH = {
    "nx_system_unit_show": _unit_readers,  # these are people's names and telephones
    "nx_system_unit_log": _unit_readers,
    "nx_system_import_preview": permissions.editors(permissions.department_named("owner_org")),
    "nx_system_import_show": _import_editors,
    "nx_system_import_answer": _import_editors,
}
