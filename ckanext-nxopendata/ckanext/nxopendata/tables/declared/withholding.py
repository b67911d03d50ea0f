"""Columns that are declared not open: the rows of such a file are published without them, the file itself is not.

The table is made without these columns, so nothing that reads it can give them away. The bytes of the file hold them,
so no way to the bytes is open to the public. While it is not known what a file holds (it waits, or cannot be read),
neither its bytes nor its earlier rows are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from sqlalchemy.orm import selectinload

from ckanext.nxopendata.core.file_access.decision import decide_all
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest
from ckanext.nxopendata.tables import models, origin
from ckanext.nxopendata.tables.declared.comparison import list_not_open
from ckanext.nxopendata.tables.loading import files

CUT = "cut"
"""Value of ``closed`` in a reading plan: the department wants the table published without these columns."""


def judge(asked: Sequence[FileRequest]) -> dict[str, Access]:
    """Refuse files, or their tables, that must be kept from the public; all others are left out.

    The rows of a further table of a file are given to those who may have the rows of the file.
    """
    refused: dict[str, Access] = {}
    declared = {one.dataset.id for one in asked if list_not_open(files.list_items(one.dataset))}
    of_declared = [one for one in asked if one.dataset.id in declared]
    known = models.list_states([one.resource.id for one in of_declared]) if of_declared else {}
    for one in of_declared:
        if reason := _find_reason(one.resource, one.rows, known.get(one.resource.id)):
            refused[one.resource.id] = Access(False, "withheld", reason)
    first = asked[0]
    _held = _read_siblings([one for one in asked if origin.names_another(one.resource)])
    stored = {one.resource.id: origin.find_origin(one.resource) for one in asked}
    parts = {id_: file.id for id_, file in stored.items() if file is not None and file.id != id_}
    if parts:
        answers = decide_all(parts.values(), first.user.name if first.user else None, rows=first.rows)
        refused |= {id_: answers[file_id] for id_, file_id in parts.items() if not answers[file_id].allowed}
    return refused


def _read_siblings(asked: Sequence[FileRequest]) -> list[Any]:
    """Read the other files of the datasets of further tables at once, among which theirs is looked for."""
    if len(asked) < 2:
        return []
    package = model.Package
    query = sa.select(package).where(package.id.in_({one.dataset.id for one in asked}))
    return list(model.Session.scalars(query.options(selectinload(package.resources_all))))


def _find_reason(resource: Any, rows: bool, state: models.State | None) -> str:
    if not files.is_table_file(resource):
        return ""
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
