"""The original name of an uploaded file, which CKAN's own munging strips of everything Chinese."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote


def keep_original_name(resource: dict[str, Any]) -> None:
    """Remember the name of the file in ``upload`` (a werkzeug ``FileStorage``) as ``nx_file_name``."""
    name = getattr(resource.get("upload"), "filename", None)
    if name:
        resource["nx_file_name"] = clean(name)


def with_original_name(resource: dict[str, Any]) -> dict[str, Any]:
    """Let the download address of an uploaded resource end in its original name (RFC 3986 percent-encoded)."""
    name = resource.get("nx_file_name")
    url = resource.get("url") or ""
    if name and resource.get("url_type") == "upload" and "/download/" in url:
        resource["url"] = url.rpartition("/")[0] + "/" + quote(name)
    return resource


def clean(name: str) -> str:
    """A file name without folders and control characters; browsers of old send the whole path."""
    return PurePosixPath(name.replace("\\", "/")).name.translate(dict.fromkeys(range(32)))
