"""Who may do what with projects and their filing."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import entry_store
from ckanext.nxopendata.register.permissions import allow, department_id, fills_in, reads
from ckanext.nxopendata.register.projects.models import Project


def _owner_of(reference: str | None) -> str | None:
    row = entry_store.find(Project, reference)
    return row.owner_org if row else None


def nx_project_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Everybody who is logged in: the list holds what each may see."""
    return {"success": True}


def nx_project_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return allow(reads(context, _owner_of(data_dict.get("id"))))


def nx_project_log(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The department and the offices."""
    return nx_project_show(context, data_dict)


def nx_project_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, department_id(data_dict.get("owner_org"))))


def nx_project_update(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department."""
    return allow(fills_in(context, _owner_of(data_dict.get("id"))))


def nx_project_decide(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever sees the project; whether the step is theirs, the steps say."""
    return nx_project_show(context, data_dict)
