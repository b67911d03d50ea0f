"""A pending change as data: what of a dataset it holds, and the files that wait with it."""

from __future__ import annotations

import json
import mimetypes
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ckan.lib.navl.dictization_functions as navl
import ckan.lib.plugins as lib_plugins
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.lib import uploader
from ckan.types import Context
from werkzeug.datastructures import FileStorage

STAGED = "nx_staged"
"""Key of a resource whose new file waits under another id; the value is that id."""


def list_fields() -> list[str]:
    """The fields that a change may alter, in the order of the form."""
    schema = tk.get_action("scheming_dataset_schema_show")({"ignore_auth": True}, {"type": "dataset"})
    names = [field["field_name"] for field in schema["dataset_fields"]]
    return [name for name in names if name not in ("tag_string", "owner_org")] + ["title", "notes", "tags", "resources"]


def select_changeable(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a dataset that a change may alter, as JSON values."""
    names = list_fields()
    part = {name: dataset[name] for name in names if name in dataset and dataset[name] is not navl.missing}
    if "tags" in part:
        part["tags"] = [{"name": tag["name"]} for tag in part["tags"]]
    return json.loads(json.dumps(_without_missing(part), default=str, ensure_ascii=False))


def _without_missing(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_missing(item) for key, item in value.items() if item is not navl.missing}
    if isinstance(value, list):
        return [_without_missing(item) for item in value]
    return value


def prepare(context: Context, dataset: model.Package, data: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What an update would make of a dataset, without writing it; new files are kept under ids of their own.

    Args:
        data: as for ``package_update``; files are in ``upload``.
        known: the version that the update starts from; its files stay if ``data`` has no ``resources``.

    Raises:
        tk.ValidationError: as ``package_update``; what the validators wrote is left to the caller to roll back.
    """
    data = dict(data)
    data["id"], data["type"] = dataset.id, dataset.type
    resources = [dict(resource) for resource in data.get("resources") or ()]
    uploads = [_stage(resource) for resource in resources]
    if "resources" in data:
        data["resources"] = resources
    plugin = lib_plugins.lookup_package_plugin(dataset.type)
    validation: Any = dict(context, package=dataset)
    written, errors = lib_plugins.plugin_validate(
        plugin, validation, data, plugin.update_package_schema(), "package_update"
    )
    if errors:
        raise tk.ValidationError(errors)
    for staged_id, upload in uploads:
        if staged_id:
            upload.upload(staged_id, uploader.get_max_resource_size())
    shown, _errors = lib_plugins.plugin_validate(
        plugin, validation, written, plugin.show_package_schema(), "package_show"
    )
    result = select_changeable(shown)
    if "resources" not in data:
        result["resources"] = list(known.get("resources") or ())
    return result


def _stage(resource: dict[str, Any]) -> tuple[str | None, Any]:
    """Give a file that comes with a resource an id to wait under: the resource's own when it is new."""
    has_file = bool(getattr(resource.get("upload"), "filename", None))
    upload = uploader.get_resource_uploader(resource)
    new = not resource.get("id")
    if new:
        resource["id"] = str(uuid.uuid4())
    if not has_file:
        return None, upload
    staged_id = resource["id"] if new else str(uuid.uuid4())
    resource[STAGED] = staged_id
    resource["size"] = getattr(upload, "filesize", None)
    resource["mimetype"] = getattr(upload, "mimetype", None)
    return staged_id, upload


def attach_staged_file(resource: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """A resource to publish: if its file waits under another id, the file is in ``upload``."""
    resource = dict(resource)
    staged_id = resource.pop(STAGED, None)
    known = {item["id"] for item in live.get("resources") or ()}
    if staged_id and staged_id != resource["id"] and resource["id"] in known:
        name = str(resource.get("nx_file_name") or resource.get("url") or "file").rsplit("/", 1)[-1]
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        resource["upload"] = FileStorage(_path(staged_id).open("rb"), filename=name, content_type=kind)
    return resource


def forget_staged(payload: Mapping[str, Any]) -> None:
    """Remove the waiting copies of files that have replaced others."""
    for resource in payload.get("resources") or ():
        staged_id = resource.get(STAGED)
        if staged_id and staged_id != resource.get("id"):
            _path(staged_id).unlink(missing_ok=True)


def _path(staged_id: str) -> Path:
    """Where CKAN's local storage keeps a file."""
    return Path(uploader.ResourceUpload({}).get_path(staged_id))
