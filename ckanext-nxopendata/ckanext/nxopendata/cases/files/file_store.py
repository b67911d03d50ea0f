"""Files of cases in the database: which are taken, and who sees them. Nothing here commits."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ANSWERED, ENDED, PICTURE
from ckanext.nxopendata.cases.files import pictures
from ckanext.nxopendata.cases.files.models import CaseFile
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.core.publication import objections

LARGEST = 8 * 1024 * 1024
"""Bytes of one file, as it is sent."""

MOST = 5
"""Files of each role in a case."""

EVIDENCE_KINDS = ("pdf", "ofd", "docx", "wps", "xlsx", "et", "csv", "txt", "jpg", "jpeg", "png", "webp")


def list_files(case_id: str) -> list[CaseFile]:
    """Return the files of a case, without their contents, the oldest first."""
    query = sa.select(CaseFile).where(CaseFile.case_id == case_id)
    return list(model.Session.scalars(query.order_by(CaseFile.created, CaseFile.id)))


def list_pictures(case_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the pictures of cases: case -> as :func:`to_api`."""
    query = sa.select(CaseFile).where(CaseFile.case_id.in_(case_ids), CaseFile.role == PICTURE)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in model.Session.scalars(query.order_by(CaseFile.created, CaseFile.id)):
        found.setdefault(row.case_id, []).append(to_api(row))
    return found


def to_api(row: CaseFile) -> dict[str, Any]:
    """Return a file without its content."""
    names = ("id", "role", "title", "file_name", "size", "width", "height")
    return {name: getattr(row, name) for name in names}


def list_roles(case: Case) -> list[str]:
    """Return the roles in which files may be added to a case now."""
    kind = registry.kinds()[case.kind]
    return [*kind.files] if case.phase != ENDED else []


def add(case: Case, role: str, title: str, upload: Any, user_id: str) -> CaseFile:
    """Keep a file of a case, once it is of a kind that is taken and the check of files has nothing against it.

    Args:
        upload: as werkzeug gives it.

    Raises:
        tk.ValidationError: it is not taken.
    """
    name, content = _read(upload)
    if role == PICTURE and (found := objections.find_text_objections([title])):
        raise tk.ValidationError({"title": found})
    width = height = 0
    if role == PICTURE:
        try:
            content, width, height = pictures.write_anew(content)
        except pictures.NotAPictureError:
            raise tk.ValidationError({"upload": [tk._("Send a picture: JPEG, PNG or WebP")]}) from None
        name = f"{PurePath(name).stem}.webp"
    elif PurePath(name).suffix.lstrip(".").lower() not in EVIDENCE_KINDS:
        message = tk._("Files of this kind are not taken; send one of these: {kinds}")
        raise tk.ValidationError({"upload": [message.format(kinds=join_words(EVIDENCE_KINDS))]})
    with tempfile.NamedTemporaryFile(suffix=PurePath(name).suffix) as kept:
        kept.write(content)
        kept.flush()
        if found := objections.find_file_objections(Path(kept.name), name, is_public=role == PICTURE):
            raise tk.ValidationError({"upload": found})
    facts = {"size": len(content), "width": width, "height": height}
    row = CaseFile(case_id=case.id, role=role, title=title, file_name=name, content=content, user_id=user_id, **facts)
    model.Session.add(row)
    model.Session.flush()
    return row


def _read(upload: Any) -> tuple[str, bytes]:
    if upload is None or not hasattr(upload, "read"):
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    name, content = PurePath(upload.filename or "").name[:200], upload.read(LARGEST + 1)
    if not content:
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    if len(content) > LARGEST:
        message = tk._("The file is larger than {number} MB: send a smaller one")
        raise tk.ValidationError({"upload": [message.format(number=LARGEST // 1024 // 1024)]})
    return name, content


def is_public(row: CaseFile, case: Case) -> bool:
    """Return whether everybody sees a file: a picture, while the case stands where its kind shows it."""
    kind = registry.kinds().get(case.kind)
    return row.role == PICTURE and kind is not None and kind.public and case.phase == ANSWERED
