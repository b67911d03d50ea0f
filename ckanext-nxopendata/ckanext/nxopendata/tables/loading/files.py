"""Which files of a dataset are to have tables, and when what is known of one is out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.tables import models as states

VERSION = "3"
"""Changes when the same file would be read in another way: all files are then loaded again."""

WITHDRAWN = "nx_withdrawn"
"""Extra of a dataset that its source withdrew."""


def is_table(file: Mapping[str, Any]) -> bool:
    """Whether a file of a dataset, as a dictionary, may have a table."""
    ending = Path(str(file.get("nx_file_name") or file.get("url") or "")).suffix
    kinds = {str(kind).lower().strip().lstrip(".") for kind in (file.get("format") or "", ending)}
    return file.get("url_type") == "upload" and bool(kinds & reader.FORMATS)


def list_table_files(package: Any) -> list[Any]:
    """Return the files of a dataset that are to have tables: stored here, of a format that has rows."""
    if package.state == "deleted" or (package.extras or {}).get(WITHDRAWN):
        return []
    return [
        resource
        for resource in package.resources
        if resource.state != "deleted" and resource.url_type == "upload" and detect_format(resource) in reader.FORMATS
    ]


def detect_format(resource: Any) -> str:
    """Return the format of a file in lower case, by what the catalogue says, else by its name."""
    kind = (resource.format or "").lower().strip().lstrip(".")
    if kind in reader.FORMATS:
        return kind
    return Path(str((resource.extras or {}).get("nx_file_name") or resource.url or "")).suffix.lower().lstrip(".")


def fingerprint(resource: Any) -> str:
    """Return what changes when the file, or what the catalogue says of its columns, changes."""
    facts = [
        VERSION,
        resource.hash or str(resource.last_modified),
        resource.size,
        detect_format(resource),
        list_items(resource.package),
        states.get_plan(resource.id),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def list_items(package: Any) -> list[dict[str, Any]]:
    """Return the information items that a dataset declares."""
    items = (package.extras or {}).get("nx_items") or []
    if isinstance(items, str):
        items = json.loads(items)
    return [item for item in items if isinstance(item, dict)]
