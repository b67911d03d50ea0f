"""Who may do what with projects and their filing."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions, roles
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.projects import review
from ckanext.nxopendata.register.projects.models import Project


def _find_department(data_dict: dict[str, Any]) -> str | None:
    row = entry_store.find(Project, data_dict.get("id"))
    return row.owner_org if row else None


def _signers(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """The offices that sign; whose turn it is, the action says."""
    return permissions.allow(set(review.SIGNERS) & roles.supervising_offices(context.get("user")))


_readers = permissions.readers(_find_department)

AUTH = {
    "nx_project_list": permissions.signed_in,
    "nx_project_show": _readers,
    "nx_project_log": _readers,
    "nx_project_create": permissions.editors(permissions.department_named("owner_org")),
    "nx_project_update": permissions.editors(_find_department),
    "nx_project_sign": _signers,
    "nx_project_decide": _readers,  # whose a step is, the steps of the filing say
}
