"""Actions of attached files."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register import attachment_store, permissions
from ckanext.nxopendata.register.attachments import schema
from ckanext.nxopendata.register.attachments.models import Attachment
from ckanext.nxopendata.register.projects import filing
from ckanext.nxopendata.register.schema import by_id
from ckanext.nxopendata.register.tasks import tasks_in_force


@validate(schema.attachment)
def nx_register_attachment_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Attach a file to a project, to what your unit did for a task of the plan, or to your unit (责任书).

    :param subject: ``project``, ``task`` or ``unit``
    :param subject_id: the project, id or name; the number of the task; or the unit
    :param owner_org: your unit, id or name; of a project it is the project's
    :param title: what it is (optional, the name of the file by default)
    :param upload: the file

    :returns: ``id``, ``title``, ``file_name``, ``size``, ``sha256``, ``owner_org``, ``department``, ``time``
    """
    tk.check_access("nx_register_attachment_create", context, data_dict)
    subject, reference = data_dict["subject"], data_dict["subject_id"]
    if subject == "project":
        project = filing.find_project(reference)
        if project is None:
            raise tk.ObjectNotFound(tk._("There is no such project"))
        reference, owner = project.id, project.owner_org
    elif subject == "unit":
        owner = reference = permissions.department_id(data_dict.get("owner_org")) or ""
    else:
        if tasks_in_force.find_task(reference) is None:
            raise tk.ObjectNotFound(tk._("There is no such task"))
        owner = permissions.department_id(data_dict.get("owner_org")) or ""
    title, user = data_dict.get("title") or "", context.get("user") or ""
    row = attachment_store.add(subject, reference, owner, title, data_dict.get("upload"), user)
    model.Session.commit()
    return attachment_store.to_api(row, reader_language())


@tk.side_effect_free
@validate(by_id)
def nx_register_attachment_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """An attached file, without its content; the page of the same id sends it.

    :param id: its id
    """
    row = model.Session.get(Attachment, data_dict["id"])
    tk.check_access("nx_register_attachment_show", context, data_dict)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    return attachment_store.to_api(row, reader_language())
