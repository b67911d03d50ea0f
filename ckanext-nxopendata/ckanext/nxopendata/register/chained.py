"""CKAN's own actions, changed: a department stays while the register has its systems or projects."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.systems.models import SystemRow


@tk.chained_action
def organization_delete(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, which asks for the datasets alone."""
    _check_empty("organization_delete", context, data_dict)
    return original(context, data_dict)


@tk.chained_action
def organization_purge(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, which asks for the datasets alone."""
    _check_empty("organization_purge", context, data_dict)
    return original(context, data_dict)


def _check_empty(action: str, context: Context, data_dict: dict[str, Any]) -> None:
    tk.check_access(action, context, data_dict)
    group = model.Group.get(data_dict.get("id"))
    if group is None:
        return
    for table in (SystemRow, Project):
        if model.Session.scalar(sa.select(sa.exists().where(table.owner_org == group.id))):
            message = tk._("The register has systems or projects of this department: it cannot be deleted")
            raise tk.ValidationError({"message": message})
