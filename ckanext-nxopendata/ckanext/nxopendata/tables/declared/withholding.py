"""Columns that are declared not open: the rows of such a file are published without them, the file itself is not.

The table is made without these columns, so nothing that reads it can give them away. The bytes of the file hold them,
so no way to the bytes is open to the public. While it is not known what a file holds (it waits, or cannot be read),
neither its bytes nor its earlier rows are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.tables import models
from ckanext.nxopendata.tables.declared.comparison import list_not_open
from ckanext.nxopendata.tables.loading import files

CUT = "cut"
"""Value of ``closed`` in a reading plan: the department wants the table published without these columns."""


def judge(asked: FileRequest) -> Access | None:
    """Refuse a file, or its table, that must be kept from the public; None of all others."""
    reason = _find_reason(asked.resource, asked.rows)
    return Access(False, "withheld", reason) if reason else None


def _find_reason(resource: Any, rows: bool) -> str:
    if resource.package is None or not list_not_open(files.list_items(resource.package)):
        return ""
    if resource.url_type != "upload" or files.detect_format(resource) not in reader.FORMATS:
        return ""
    state = models.get_state(resource.id)
    settled = state is not None and state.state in (models.READY, models.FAILED)
    if state is None or not settled or state.fingerprint != files.fingerprint(resource):
        return tk._("The file is being checked for columns that are not open. Try again in a minute.")
    if state.state == models.FAILED:
        return tk._("It could not be checked whether the file has columns that are not open, so it is not given out.")
    names = state.around.get("not_open") or []
    if rows or not names:
        return ""
    return tk._("The original file has columns that are not open: {names}. The other formats are without them.").format(
        names=", ".join(names)
    )


def find_objections(dataset: Mapping[str, Any]) -> list[str]:
    """Return which files of a dataset have columns that are not open and about which its department said nothing."""
    found = []
    for entry in dataset.get("resources") or ():
        resource = model.Session.get(model.Resource, str(entry.get("id") or ""))
        state = models.get_state(resource.id) if resource is not None else None
        names = (state.around.get("not_open") or []) if state is not None else []
        if names and models.get_plan(str(entry["id"])).get("closed") != CUT:
            found.append(
                tk._(
                    "File “{file}” has columns that are declared not open: {names}. Take them out of the file, or "
                    "choose on its page “How the file is read” to publish it without them."
                ).format(file=entry.get("name") or "", names=", ".join(names))
            )
    return found
