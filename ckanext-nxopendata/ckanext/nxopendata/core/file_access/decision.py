"""May this person have this file, or its rows, now? The one function that decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from flask import g, has_request_context

from ckanext.nxopendata.core.file_access import in_flight
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
    agreement: str = "",
) -> Access:
    """Decide on a file for a person.

    Args:
        resource_id: of the file.
        user_name: who asks; empty for a visitor.
        rows: whether the rows of its table are asked for, not its bytes.
        moment: now by default.
        part: whether who asks cuts the table to the part that the answer may name.
        agreement: the one by which it is asked for; "" for any that the person has.
    """
    asked = [resource_id]
    return decide_all(asked, user_name, rows=rows, moment=moment, part=part, agreement=agreement)[resource_id]


def decide_all(
    resource_ids: Iterable[str],
    user_name: str | None,
    *,
    rows: bool = False,
    moment: dt.datetime | None = None,
    part: bool = False,
    agreement: str = "",
) -> dict[str, Access]:
    """Decide on several files for a person, with as many queries as for one; the arguments are those of :func:`decide`.

    Returns:
        id of each file -> the decision on it.
    """
    ids = list(dict.fromkeys(resource_ids))
    requests = _find(ids, user_name, rows, moment, agreement)
    known = {resource_id: asked for resource_id, asked in requests.items() if _may_know(asked)}
    hidden = Access(False, HIDDEN, tk._("There is no such file"))
    decisions = {resource_id: Access(True) if resource_id in known else hidden for resource_id in ids}
    for plugin in p.PluginImplementations(IFileAccess):
        left = {resource_id: asked for resource_id, asked in known.items() if decisions[resource_id].allowed}
        answers: Mapping[str, Access] = plugin.judge_file_access(list(left.values())) if left else {}
        for resource_id, asked in left.items():
            if (answer := answers.get(asked.resource.id)) is not None:
                decisions[resource_id] = _weigh(decisions[resource_id], answer, asked)
    for resource_id, access in decisions.items():
        if access.part is not None and access.allowed and not part:
            message = tk._(
                "You were granted some columns or rows of this file, not the whole. "
                "Take them from the page of your case."
            )
            decisions[resource_id] = Access(False, "part", message, personal=True)
        elif access.allowed and access.personal and moment is None:
            in_flight.note(in_flight.Watched(resource_id, user_name or "", rows, part, agreement))
    return {resource_id: _note(access) for resource_id, access in decisions.items()}


def _weigh(access: Access, answer: Access, asked: FileRequest) -> Access:
    """Return what holds after the answer of one more room."""
    if answer.allowed:
        return _combine(access, answer)
    if answer.binds_editors or not asked.edits:
        return answer
    return _combine(access, Access(True, "editor", personal=True))


def is_still_allowed(watched: in_flight.Watched) -> bool:
    """Ask for an earlier decision again, by what is committed now."""
    model.Session.rollback()  # what was read before is not what holds
    access = decide(
        watched.resource_id,
        watched.user_name,
        rows=watched.rows,
        part=watched.part,
        agreement=watched.agreement,
    )
    model.Session.rollback()  # no transaction lies open while bytes are sent
    return access.allowed


def _find(
    resource_ids: list[str], user_name: str | None, rows: bool, moment: dt.datetime | None, agreement: str
) -> dict[str, FileRequest]:
    # Files and datasets are read at once and held until the answer, so that the session finds them by their id.
    held: list[Any] = []
    if len(resource_ids) > 1:
        held += model.Session.scalars(sa.select(model.Resource).where(model.Resource.id.in_(resource_ids)))
        datasets = {resource.package_id for resource in held}
        held += model.Session.scalars(sa.select(model.Package).where(model.Package.id.in_(datasets)))
    user = model.User.get(user_name) if user_name else None
    found, granted_only = {}, is_granted_only()
    for resource_id in resource_ids:
        resource = model.Resource.get(resource_id) if resource_id else None
        dataset = resource.package if resource else None
        if resource is not None and dataset is not None and resource.state != model.State.DELETED:
            found[resource_id] = FileRequest(resource, dataset, user, rows, moment or now(), agreement, granted_only)
    return found


def take_granted_only() -> None:
    """Give the request at hand what was granted, and nothing by the right to edit: it comes with such a key."""
    if has_request_context():
        g.nx_granted_only = True


def is_granted_only() -> bool:
    """Return whether the request at hand is given what was granted alone."""
    return has_request_context() and bool(g.get("nx_granted_only"))


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
        agreement=access.agreement or other.agreement,
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
