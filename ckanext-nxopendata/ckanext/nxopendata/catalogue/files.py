"""The original name of an uploaded file, which CKAN's own munging strips of everything Chinese; addresses of files."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

READABLE = {
    "3": "csv tsv json jsonl geojson xml xlsx rdf ttl jsonld parquet kml gml api wms wfs",
    "2": "xls et ods dbf shp txt html access mdb sqlite",
    "1": "doc docx wps pdf ofd ppt pptx jpg jpeg png gif bmp tif tiff mp3 mp4 mpg rm swf",
}
"""Grade (code list ``readability``) -> formats."""

GRADES = {name: grade for grade, names in READABLE.items() for name in names.split()}

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
"""The beginning of an address that names how it is reached (RFC 3986, 3.1)."""

IGNORED = re.compile(r"[\x00-\x20\x7f]")
"""What browsers leave out before they look for the scheme."""


def readability(format_name: str) -> str | None:
    """How well machines read a format: ``3`` as it is, ``2`` after conversion, ``1`` not; None if unknown."""
    return GRADES.get(format_name.strip().lower().lstrip("."))


def describe_upload(resource: dict[str, Any]) -> None:
    """Remember the name and the SHA-256 of the file in ``upload`` (a werkzeug ``FileStorage``)."""
    upload = resource.get("upload")
    name = getattr(upload, "filename", None)
    if not name:
        return
    resource["nx_file_name"] = clean(name)
    stream = getattr(upload, "stream", None)
    if stream is not None:
        stream.seek(0)
        resource["hash"] = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)


def restore_original_name(resource: dict[str, Any]) -> dict[str, Any]:
    """Let the download address of an uploaded resource end in its original name (RFC 3986 percent-encoded)."""
    name = resource.get("nx_file_name")
    url = resource.get("url") or ""
    if name and resource.get("url_type") == "upload" and "/download/" in url:
        resource["url"] = url.rpartition("/")[0] + "/" + quote(name)
    return resource


def find_forbidden_scheme(address: str) -> str:
    """The scheme of an address that is neither of the web nor of FTP, and might run in a browser; else ""."""
    match = SCHEME.match(IGNORED.sub("", address))
    return match[1] if match and match[1].lower() not in ("http", "https", "ftp") else ""


def without_forbidden_address(resource: dict[str, Any]) -> dict[str, Any]:
    """Leave out an address that was stored before the validator refused it, so that no page or view links it."""
    if find_forbidden_scheme(resource.get("url") or ""):
        resource["url"] = ""
    return resource


def clean(name: str) -> str:
    """A file name without folders and control characters; browsers of old send the whole path."""
    return PurePosixPath(name.replace("\\", "/")).name.translate(dict.fromkeys(range(32)))
