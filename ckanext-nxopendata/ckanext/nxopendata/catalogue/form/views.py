"""What the form of a dataset asks while it is filled in; it works without these answers too."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, jsonify

from ckanext.nxopendata.catalogue.form import items_from_file
from ckanext.nxopendata.catalogue.form.actions import explain_unreadable
from ckanext.nxopendata.catalogue.form.helpers import describe_missing
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.web import require_login

nx_dataset_form = Blueprint("nx_dataset_form", __name__, url_prefix="/dataset-form")

MOST_BYTES = 20_000_000


@nx_dataset_form.route("/check", methods=["POST"])
def check() -> Any:
    """What registration still needs of the form that is sent; nothing is stored."""
    require_login(tk._("Log in to fill in a dataset"))
    form = {name: values[0] if len(values) == 1 else values for name, values in tk.request.form.lists()}
    return jsonify(describe_missing(form))


@nx_dataset_form.route("/items", methods=["POST"])
def items() -> Any:
    """The columns of the file that is sent as data items; the file is not kept."""
    require_login(tk._("Log in to fill in a dataset"))
    file = tk.request.files.get("file")
    if file is None or not file.filename:
        return jsonify({"error": tk._("Choose a file first")}), 400
    kind = Path(file.filename).suffix.lower().lstrip(".")
    if file.stream.seek(0, io.SEEK_END) > MOST_BYTES:
        return jsonify({"error": tk._("The file is too large for this; upload it, then fill in from it")}), 400
    file.stream.seek(0)
    with tempfile.NamedTemporaryFile(prefix="nx-items-") as kept:
        file.save(kept)
        kept.flush()
        try:
            return jsonify({"items": items_from_file.read_items(Path(kept.name), kind)})
        except UnreadableError as error:
            return jsonify({"error": explain_unreadable(error)}), 400
