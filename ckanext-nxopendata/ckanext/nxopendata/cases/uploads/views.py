"""Sending and taking files of cases."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.cases.desk import forms
from ckanext.nxopendata.cases.files.models import CaseFile
from ckanext.nxopendata.core import web
from ckanext.nxopendata.core.web import act, require_login

nx_case_files = Blueprint("nx_case_files", __name__)

WEBP = "image/webp"


@nx_case_files.route("/case/file/<file>")
def show(file: str) -> Response:
    """A picture, to look at; a piece of evidence, to save, for those who take part."""
    found = act("nx_case_file_show", file=file)
    row = model.Session.get(CaseFile, file)
    if row is None:
        return tk.abort(404)
    if found["role"] != "picture":
        return web.download(row.content, found["file_name"], "application/octet-stream")
    response = Response(row.content, content_type=WEBP)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Not for long: what is taken down is to be gone soon.
    response.headers["Cache-Control"] = "public, max-age=300" if found["public"] else "private, no-store"
    tk.request.environ["__no_cache__"] = True
    return response


@nx_case_files.route("/case/<case_id>/files", methods=["POST"])
def add(case_id: str) -> Any:
    """Add a file, or take one away."""
    require_login(tk._("Log in to see your cases"))
    form = tk.request.form
    try:
        if form.get("remove"):
            act("nx_case_file_delete", id=case_id, file=form["remove"])
            tk.h.flash_success(tk._("Taken away."))
        else:
            sent = {name: form.get(name, "") for name in ("role", "title")}
            act("nx_case_file_create", id=case_id, upload=tk.request.files.get("upload"), **sent)
            tk.h.flash_success(tk._("Saved"))
    except tk.ValidationError as problem:
        tk.h.flash_error(forms.describe_problem(problem))
    return tk.redirect_to("nx_cases.show", case_id=case_id, _anchor="nx-files")
