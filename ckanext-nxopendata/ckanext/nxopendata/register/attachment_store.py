"""Attached files in the database: which kinds are taken, adding and listing them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import PurePath
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.attachments.models import Attachment

LARGEST = 16 * 1024 * 1024
"""Bytes of one file."""

KINDS = ("pdf", "ofd", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "jpg", "jpeg", "png", "zip")
"""Endings of the files that offices send one another."""


def read_upload(upload: Any) -> tuple[str, bytes]:
    """Read an uploaded file: its name and its content.

    Raises:
        tk.ValidationError: there is none, it is empty, too large, or of a kind that is not taken.
    """
    if upload is None or not hasattr(upload, "read"):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    name, content = PurePath(upload.filename or "").name[:200], upload.read(LARGEST + 1)
    if not content:
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    if len(content) > LARGEST:
        message = tk._("The file is larger than %d MB: split it") % (LARGEST // 1024 // 1024)
        raise tk.ValidationError({"upload": [message]})
    if PurePath(name).suffix.lstrip(".").lower() not in KINDS:
        message = tk._("Files of this kind are not taken; send one of these: {kinds}").format(kinds=join_words(KINDS))
        raise tk.ValidationError({"upload": [message]})
    return name, content


def add(subject: str, subject_id: str, owner_org: str, title: str, upload: Any, user: str) -> Attachment:
    """Attach a file, in the session's transaction, with a line in the log of what it is attached to.

    Raises:
        tk.ValidationError: the file is not taken.
    """
    name, content = read_upload(upload)
    row = Attachment(
        subject=subject,
        subject_id=subject_id,
        owner_org=owner_org,
        title=title.strip() or name,
        file_name=name,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        user_name=user,
    )
    model.Session.add(row)
    model.Session.flush()
    log.write(subject, subject_id, owner_org, "attach", user, {"file": [None, name], "sha256": [None, row.sha256]})
    return row


def list_attachments(
    subject: str, subject_id: str, language: str, owner_orgs: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The files of one thing, oldest first.

    Args:
        owner_orgs: only those of these departments (ids); all for None.
    """
    query = sa.select(Attachment).where(Attachment.subject == subject, Attachment.subject_id == subject_id)
    if owner_orgs is not None:
        query = query.where(Attachment.owner_org.in_(list(owner_orgs)))
    return [to_api(row, language) for row in model.Session.scalars(query.order_by(Attachment.time, Attachment.id))]


def to_api(row: Attachment, language: str) -> dict[str, Any]:
    """An attached file as the API gives it, without its content."""
    return {
        "id": row.id,
        "title": row.title,
        "file_name": row.file_name,
        "size": row.size,
        "sha256": row.sha256,
        "owner_org": row.owner_org,
        "department": departments.title(row.owner_org, language),
        "time": row.time.isoformat(),
    }
