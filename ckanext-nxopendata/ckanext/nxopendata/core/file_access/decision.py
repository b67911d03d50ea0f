"""May this person have this file, or its rows, now? The one function that decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from flask import g, has_request_context

from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess
from ckanext.nxopendata.core.timezone import now

HIDDEN = "hidden"
"""Code of the refusal of a file that a person may not know of, or that does not exist."""


def decide(
    resource_id: str,
    user_name: str | None,
    *,
    rows: bool = False,
    moment: dt.datetime | None = None,
    part: bool = False,
) -> Access:
    """Decide on a file for a person.

    Args:
        resource_id: of the file.
        user_name: who asks; empty for a visitor.
        rows: whether the rows of its table are asked for, not its bytes.
        moment: now by default.
        part: whether who asks cuts the table to the part that the answer may name.
    """
    asked = _find(resource_id, user_name, rows, moment)
    if asked is None or not _may_know(asked):
        return _note(Access(False, HIDDEN, tk._("There is no such file")))
    access = Access(True)
    for plugin in p.PluginImplementations(IFileAccess):
        answer: Access | None = plugin.judge_file_access(asked)
        if answer is None:
            continue
        if answer.allowed:
            access = _combine(access, answer)
        elif answer.binds_editors or not asked.edits:
            return _note(answer)
        else:
            access = _combine(access, Access(True, "editor", personal=True))
    if access.part is not None and not part:
        message = tk._(
            "You were granted some columns or rows of this file, not the whole. Take them from the page of your case."
        )
        return _note(Access(False, "part", message, personal=True))
    return _note(access)


def _find(resource_id: str, user_name: str | None, rows: bool, moment: dt.datetime | None) -> FileRequest | None:
    resource = model.Resource.get(resource_id) if resource_id else None
    dataset = resource.package if resource else None
    if resource is None or dataset is None or resource.state == model.State.DELETED:
        return None
    user = model.User.get(user_name) if user_name else None
    return FileRequest(resource, dataset, user, rows, moment or now())


def _may_know(asked: FileRequest) -> bool:
    """Whether the person may see the dataset at all."""
    context: Any = {"user": asked.user.name if asked.user else "", "auth_user_obj": asked.user}
    try:
        tk.check_access("resource_show", context, {"id": asked.resource.id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True


def _combine(access: Access, other: Access) -> Access:
    """Return an answer that allows what both do; the code is that of the first that has one of its own."""
    parts = [answer.part for answer in (access, other) if answer.part is not None]
    return replace(
        access if access.code != "open" else other,
        personal=access.personal or other.personal,
        part=parts[0].narrow(parts[-1]) if parts else None,
    )


def _note(access: Access) -> Access:
    """Remember for the answer at hand what was decided, so that no cache keeps what one person may see."""
    if has_request_context() and (access.personal or not access.allowed):
        g.nx_file_decisions = list_decisions() | {access.allowed}
    return access


def list_decisions() -> frozenset[bool]:
    """Return what was decided in this request on files that not everybody may have: any allowed, any refused."""
    return g.get("nx_file_decisions", frozenset())
