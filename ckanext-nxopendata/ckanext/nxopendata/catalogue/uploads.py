"""Where the files of resources lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ckan.lib import uploader


def find_name(resource: Mapping[str, Any]) -> str:
    """The name of the file that a resource holds: as it was sent, else the end of its address."""
    return str(resource.get("nx_file_name") or resource.get("url") or "").rpartition("/")[2]


def find_path(resource: Mapping[str, Any]) -> Path | None:
    """Where an uploaded file lies on this machine; None for any other."""
    if resource.get("url_type") != "upload":
        return None
    upload = uploader.get_resource_uploader(dict(resource))
    if not isinstance(upload, uploader.ResourceUpload):
        return None
    path = Path(upload.get_path(resource["id"]))
    return path if path.is_file() else None
