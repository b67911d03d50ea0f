"""How the page shows a stored file that is no table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.file_access import serving
from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.errors import UnreadableError

HEAD_CHARACTERS = 20_000
IMAGES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp"})
TEXTS = frozenset({"xml", "json", "geojson", "rdf", "ttl", "jsonld", "txt", "kml", "gml", "gpx"})


@dataclass(frozen=True, slots=True)
class FileView:
    """A file.

    Attributes:
        kind: ``image``, ``pdf`` or ``text``.
        url: of an image or a PDF file.
        text, whole: the beginning of a text, and whether it is all of it.
    """

    kind: str
    url: str = ""
    text: str = ""
    whole: bool = False


def make_file_view(resource: Mapping[str, Any]) -> FileView | None:
    """Return how the page shows a file.

    Returns:
        None for what cannot be shown, stands elsewhere, or is not for this reader.
    """
    kind = (resource.get("format") or "").lower().lstrip(".")
    access = tk.h.nx_resource_access(resource["id"]) if resource.get("url_type") == "upload" else None
    if access is None or not access.allowed:
        return None
    if kind in IMAGES:
        return FileView("image", url=resource["url"])
    if kind == "pdf":
        return FileView("pdf", url=resource["url"])
    path = find_path(resource) if kind in TEXTS else None
    view = _make_text_view(path) if path else None
    if view is not None:
        serving.note(resource["id"], tk.current_user.name, access, rows=False)
    return view


def _make_text_view(path: Path) -> FileView | None:
    with path.open("rb") as file:
        head = file.read(4 * HEAD_CHARACTERS)
    whole = path.stat().st_size <= len(head)
    try:
        text, _ = encoding.decode_beginning(head, complete=whole)
    except UnreadableError:
        return None
    return FileView("text", text=text[:HEAD_CHARACTERS], whole=whole and len(text) <= HEAD_CHARACTERS)
