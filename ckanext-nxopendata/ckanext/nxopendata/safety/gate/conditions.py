"""The room's condition on files: examined and clean, or signed off, and not recalled."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs, verdicts
from ckanext.nxopendata.safety.scanning.verdicts import Standing


def judge(asked: FileRequest) -> Access | None:
    """Decide on a file or its rows; None where nothing stands against them.

    The words are the same for everything found: they help nobody who looks for what is in the file.
    """
    resource = asked.resource
    if models.find_recall(resource.id, asked.dataset.id) is not None:
        return Access(False, "recalled", tk._("This file was withdrawn and is being checked."))
    for part in list_parts(resource, rows=asked.rows):
        standing = verdicts.find_standing(jobs.describe(resource), part=part)
        if not standing.is_released:
            return _refuse(resource.id, part, standing)
    return None


def list_parts(resource: model.Resource, *, rows: bool) -> list[str]:
    """Return what of a resource is given away with its bytes, or with its rows.

    Rows that the site made of the file are examined as the file; those that were written by the DataStore's actions,
    or have no file, by themselves.
    """
    is_file = resource.url_type == "upload"
    parts = [models.FILE] if is_file else []
    if rows and (not is_file or models.read_content(resource.id, models.ROWS) is not None):
        parts.append(models.ROWS)
    return parts


def _refuse(resource_id: str, part: str, standing: Standing) -> Access:
    if standing.status == verdicts.WAITING:
        known = models.read_content(resource_id, part)
        if known is None or known.attempts == 0:
            jobs.enqueue(resource_id, part)
        return Access(False, "checking", tk._("This file is being checked before it becomes public. Try again later."))
    return Access(False, "not_released", tk._("This file has not been released to the public."))
