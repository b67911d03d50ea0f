"""The room's condition on files: examined and clean, or signed off, and not recalled."""

from __future__ import annotations

from collections.abc import Container, Sequence

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs, verdicts
from ckanext.nxopendata.safety.scanning.verdicts import Standing


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Decide on files or their rows; those against which nothing stands are left out.

    The words are the same for everything found: they help nobody who looks for what is in the file.
    """
    refused = _list_withdrawn(asked)
    known = models.list_contents([one.resource.id for one in asked])
    for part in (models.FILE, models.ROWS):
        entries = [
            jobs.describe(one.resource)
            for one in asked
            if one.resource.id not in refused and part in list_parts(one.resource, known, rows=one.rows)
        ]
        standings = verdicts.list_standings(entries, known, part=part) if entries else {}
        for id_, standing in standings.items():
            if not standing.is_released:
                refused[id_] = _refuse(id_, part, standing)
    return refused


def _list_withdrawn(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """The files that somebody took from the public, and those in whose place others stand."""
    recalled = {(one.dataset_id, one.resource_id) for one in models.list_recalls({one.dataset.id for one in asked})}
    replaced = models.select_replaced([one.resource.id for one in asked])
    refused: dict[str, Access] = {}
    for one in asked:
        if recalled & {(one.dataset.id, ""), (one.dataset.id, one.resource.id)}:
            text = tk._("This file was withdrawn and is being checked.")
            refused[one.resource.id] = Access(False, "recalled", text)
        elif one.resource.id in replaced:
            text = tk._("In place of this file another is public in which no person can be known.")
            refused[one.resource.id] = Access(False, "treated", text)
    return refused


def list_parts(resource: model.Resource, known: Container[tuple[str, str]], *, rows: bool) -> list[str]:
    """Return what of a resource is given away with its bytes, or with its rows.

    Rows that the site made of the file are examined as the file; those that were written by the DataStore's actions,
    or have no file, by themselves.

    Args:
        known: (file, part) of the contents that were looked at.
    """
    is_file = resource.url_type == "upload"
    parts = [models.FILE] if is_file else []
    if rows and (not is_file or (resource.id, models.ROWS) in known):
        parts.append(models.ROWS)
    return parts


def _refuse(resource_id: str, part: str, standing: Standing) -> Access:
    if standing.status == verdicts.WAITING:
        known = models.read_content(resource_id, part)
        if known is None or known.attempts <= 0:
            jobs.enqueue(resource_id, part)
        return Access(False, "checking", tk._("This file is being checked before it becomes public. Try again later."))
    return Access(False, "not_released", tk._("This file has not been released to the public."))
