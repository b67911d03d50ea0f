"""Who may attach files, and who reads them."""

from __future__ import annotations

from typing import Any

from ckan.types import AuthResult, Context

from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.attachments.models import Attachment
from ckanext.nxopendata.register.projects import filing


def nx_register_attachment_create(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Editors of the department that the file is of."""
    owner = permissions.department_id(data_dict.get("owner_org"))
    if data_dict.get("subject") == "project":
        project = filing.find_project(str(data_dict.get("subject_id") or ""))
        owner = project.owner_org if project else None
    return permissions.allow(permissions.is_editor(context, owner))


AUTH = {"nx_register_attachment_show": permissions.readers(permissions.department_of(Attachment))}
