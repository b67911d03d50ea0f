"""Datasets and files in the format that an ending names, as programs guess it: ``/dataset/<name>.json``."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify

from ckanext.nxopendata.core.file_access import doors
from ckanext.nxopendata.core.web import call_action

addresses = Blueprint("nx_addresses", __name__)

TABLES = "csv, parquet"
JSON = "application/json"
FORMS = ("text/html", JSON, "text/turtle", "application/ld+json", "application/rdf+xml", "text/n3")
"""What a program may take of a dataset's address; RDF of it is another room's answer."""


@addresses.before_app_request
def send_to_json() -> Response | None:
    """Send a program that takes JSON rather than the page of a dataset (RFC 9110, 12.5.1) to the address of that."""
    if tk.request.endpoint != "dataset.read" or tk.request.method not in ("GET", "HEAD"):
        return None
    if tk.request.accept_mimetypes.best_match(FORMS, default=FORMS[0]) != JSON:
        return None
    name = str((tk.request.view_args or {}).get("id") or "")
    response = Response(status=303)
    response.headers["Location"] = tk.h.url_for("nx_addresses.dataset_json", dataset_id=name)
    return response


@addresses.after_app_request
def add_vary(response: Response) -> Response:
    """Tell caches that the answer depends on what was asked for."""
    if tk.request.endpoint == "dataset.read":
        response.vary.add("Accept")
    return response


@addresses.route("/dataset/<dataset_id>.json")
def dataset_json(dataset_id: str) -> Response:
    """A dataset as ``package_show`` gives it."""
    return jsonify(_read("package_show", dataset_id))


@addresses.route(f"/dataset/<dataset_id>.<any({TABLES}):ending>")
def dataset_table(dataset_id: str, ending: str) -> Any:
    """The first table of a dataset, by the address where it stands."""
    dataset = _read("package_show", dataset_id)
    tables = call_action("nx_table_list", dataset=dataset["id"]) if p.plugin_loaded("nxopendata_tables") else []
    known = {table["id"] for table in tables}
    first = next((file["id"] for file in dataset["resources"] if file["id"] in known), None)
    if first is None:
        return tk.abort(404, tk._("This dataset has no table"))
    return tk.redirect_to("nx_tables.download", id=dataset["name"], resource_id=first, ending=ending)


@addresses.route("/dataset/<dataset_id>/resource/<resource_id>.json")
@doors.sends_no_data
def file_json(dataset_id: str, resource_id: str) -> Response:
    """A file as ``resource_show`` gives it."""
    return jsonify(_read("resource_show", resource_id))


@addresses.route(f"/dataset/<dataset_id>/resource/<resource_id>.<any({TABLES}):ending>")
def file_table(dataset_id: str, resource_id: str, ending: str) -> Any:
    """The table of a file, by the address where it stands."""
    if not p.plugin_loaded("nxopendata_tables"):
        return tk.abort(404)
    return tk.redirect_to("nx_tables.download", id=dataset_id, resource_id=resource_id, ending=ending)


def _read(action: str, identifier: str) -> dict[str, Any]:
    try:
        return call_action(action, id=identifier)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(
            404, tk._("There is no such dataset") if action == "package_show" else tk._("There is no such file")
        )
