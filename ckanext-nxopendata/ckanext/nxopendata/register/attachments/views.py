"""Sending and taking attached files."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core import web
from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register.attachments.models import Attachment
from ckanext.nxopendata.register.web import flash_refusal

nx_register_attachments = Blueprint("nx_register_attachments", __name__, url_prefix="/register")

PAGES = {
    "project": "nx_register_projects.project",
    "task": "nx_register_reports.task",
    "unit": "nx_register_tables.unit",
}
"""Kind of thing -> the page that shows its files."""


@nx_register_attachments.route("/attachments/<id>")
def show(id: str) -> Response:  # noqa: A002  CKAN's name for it in addresses
    """An attached file, to save."""
    found = act("nx_register_attachment_show", id=id)
    row = model.Session.get(Attachment, id)
    if row is None:
        return tk.abort(404)
    return web.download(row.content, found["file_name"], "application/octet-stream")


@nx_register_attachments.route("/attach/<subject>/<id>", methods=["POST"])
def add(subject: str, id: str) -> Any:  # noqa: A002  the same
    """Take a file, and lead back to what it is attached to."""
    if subject not in PAGES:
        return tk.abort(404)
    sent = {name: tk.request.form.get(name, "") for name in ("owner_org", "title")}
    try:
        upload = tk.request.files.get("upload")
        act("nx_register_attachment_create", subject=subject, subject_id=id, upload=upload, **sent)
        tk.h.flash_success(tk._("Saved"))
    except tk.ValidationError as problem:
        flash_refusal(problem)
    where = {"owner_org" if subject == "unit" else "id": id}
    return tk.redirect_to(PAGES[subject], **where)
