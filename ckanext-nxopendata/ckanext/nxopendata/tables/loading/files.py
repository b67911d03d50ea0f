"""Which files of a dataset are to have tables, and when what is known of one is out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import origin

VERSION = "4"
"""Changes when the same file would be read in another way: all files are then loaded again."""

WITHDRAWN = "nx_withdrawn"
"""Extra of a dataset that its source withdrew."""


def is_table(file: Mapping[str, Any]) -> bool:
    """Whether a file of a dataset, as a dictionary, may have a table."""
    if origin.is_part(file):
        return True
    ending = Path(str(file.get("nx_file_name") or file.get("url") or "")).suffix
    kinds = {str(kind).lower().strip().lstrip(".") for kind in (file.get("format") or "", ending)}
    return file.get("url_type") == "upload" and bool(kinds & reader.FORMATS)


def list_table_files(package: Any) -> list[Any]:
    """Return the files of a dataset that are to have tables: stored here or parts of such, of a format with rows."""
    if package.state == "deleted" or (package.extras or {}).get(WITHDRAWN):
        return []
    return [resource for resource in package.resources if resource.state != "deleted" and is_table_file(resource)]


def is_table_file(resource: Any) -> bool:
    """Whether the rows of a resource stand in a file that is stored here and of a format that has rows."""
    stored = origin.find_origin(resource)
    return stored is not None and detect_format(stored) in reader.FORMATS


def get_plan(resource: Any) -> dict[str, Any]:
    """Return how a resource is to be read: what its department said, and the place of a part in its file."""
    given = states.get_plan(resource.id)
    place = origin.get_place(resource)
    return place | {name: value for name, value in given.items() if name not in place}


def detect_format(resource: Any) -> str:
    """Return the format of a file in lower case, by what the catalogue says, else by its name."""
    kind = (resource.format or "").lower().strip().lstrip(".")
    if kind in reader.FORMATS:
        return kind
    return Path(str((resource.extras or {}).get("nx_file_name") or resource.url or "")).suffix.lower().lstrip(".")


def fingerprint(resource: Any) -> str:
    """Return what changes when the file, or what the catalogue says of its columns, changes."""
    stored = origin.find_origin(resource) or resource
    facts = [
        VERSION,
        stored.hash or str(stored.last_modified),
        stored.size,
        detect_format(stored),
        list_items(resource.package),
        get_plan(resource),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def list_items(package: Any) -> list[dict[str, Any]]:
    """Return the information items that a dataset declares."""
    items = (package.extras or {}).get("nx_items") or []
    if isinstance(items, str):
        items = json.loads(items)
    return [item for item in items if isinstance(item, dict)]
