"""Earlier contents of copied files."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, send_file

from ckanext.nxopendata.core.web import call_action
from ckanext.nxopendata.harvest.mirror import versions

nx_harvest_files = Blueprint("nx_harvest_files", __name__)


@nx_harvest_files.route("/dataset/<dataset_id>/resource/<resource_id>/content/<int:number>")
def content(dataset_id: str, resource_id: str, number: int) -> Any:
    """An earlier content of a copied file, for whoever may download the file."""
    try:
        files = {file["number"]: file for file in call_action("nx_harvest_file_list", id=resource_id)}
    except tk.NotAuthorized as error:  # to nobody in particular too: programs ask for files, and can follow no sign-in
        return tk.abort(403, str(error.message or ""))
    except tk.ObjectNotFound as error:
        return tk.abort(404, str(error.message or ""))
    file = files.get(number)
    if not file or not file["kept"]:
        return tk.abort(404, tk._("This content of the file is not kept any more"))
    return send_file(
        versions.path(resource_id, file["sha256"]), as_attachment=True, download_name=file["name"], max_age=0
    )
