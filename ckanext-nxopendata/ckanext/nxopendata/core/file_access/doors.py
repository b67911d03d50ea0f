"""Which file a request would send all or some of: read from its address, so that new views are guarded as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Flask, current_app, request

ABOUT = frozenset(
    {
        "activity.resource_history",
        "datastore.api_info",
        "datastore.dictionary",
        "resource.delete",
        "resource.edit",
        "resource.edit_view",
        "resource.read",
        "resource.view",
        "resource.views",
    }
)
"""Views of CKAN with a file in their address that tell of it and send nothing of it. Every other view is taken to send
it, unless it is marked with :func:`sends_no_data`."""

ROWS = frozenset({"nx_tables.download", "datastore.dump", "datatablesview.ajax", "datatablesview.filtered_download"})
"""Views that send the rows of a table, not the bytes of its file."""

MARK = "nx_sends_no_data"

View = TypeVar("View", bound=Callable[..., Any])


def sends_no_data(view: View) -> View:
    """Mark a view that has a file in its address and sends nothing of what the file holds."""
    setattr(view, MARK, True)
    return view


def tells_only(app: Flask, endpoint: str) -> bool:
    """Return whether a view with a file in its address is known to send nothing of it."""
    return find_view(endpoint) in ABOUT or getattr(app.view_functions.get(endpoint), MARK, False)


def find_view(endpoint: str) -> str:
    """Return the endpoint as CKAN names it first: it makes its views of files again for each type of dataset."""
    blueprint, _, view = endpoint.rpartition(".")
    return f"{'resource' if blueprint.endswith('_resource') else blueprint}.{view}"


def find_resource_id() -> str | None:
    """Return the id of the file that the request at hand would send all or some of; None when it sends none."""
    arguments = request.view_args or {}
    endpoint = request.endpoint or ""
    if tells_only(current_app, endpoint):
        return None
    if "resource_id" in arguments:
        return str(arguments["resource_id"])
    if "resource_view_id" in arguments:
        view = model.ResourceView.get(str(arguments["resource_view_id"]))
        return view.resource_id if view else None
    return _resource_of_stored_file(arguments) if endpoint.startswith("file.") else None


def _resource_of_stored_file(arguments: dict[str, Any]) -> str | None:
    """The file whose content CKAN's own views of stored files would send."""
    if arguments.get("storage_name") == tk.config["ckan.files.default_storages.resource"]:
        return str(arguments["location"]).replace("/", "")
    stored = model.Session.get(model.File, str(arguments.get("id", "")))
    owner = stored.owner if stored else None
    return owner.owner_id if owner and owner.owner_type == "resource" else None


def names_another(dataset: model.Package) -> bool:
    """Return whether the address has the file below a dataset that it does not belong to."""
    arguments = request.view_args or {}
    named = arguments.get("id") or arguments.get("dataset_id")
    return "resource_id" in arguments and named not in (None, dataset.id, dataset.name)
