"""The headers of the tables of a dataset, from whoever knows them already."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import logic
from ckan.lib.search.index import PackageSearchIndex

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.caching import file_readings
from ckanext.nxopendata.search.indexing import file_headers

FIELD = "nx_columns"
"""Field of a resource that holds its column headers, a list or one text with a header a line, where its loader
writes one."""

MOST_FILES = 30


def list_headers(document: Mapping[str, Any]) -> list[str]:
    """The headers of the first 30 files of a dataset.

    Args:
        document: the index document, with the dataset in ``validated_data_dict``.
    """
    try:
        resources = json.loads(document["validated_data_dict"]).get("resources") or []
    except (KeyError, ValueError):
        return []
    return [header for resource in resources[:MOST_FILES] for header in read_headers(resource)]


def read_headers(resource: Mapping[str, Any]) -> list[str]:
    """The headers of one file: as its loader wrote them, else the fields of its table, else from the file itself."""
    given = resource.get(FIELD)
    if isinstance(given, str):
        given = given.splitlines()
    if isinstance(given, list) and given:
        return [str(header) for header in given]
    if resource.get("datastore_active") and p.plugin_loaded("datastore"):
        return _of_table(resource["id"])
    path = find_path(resource)
    return _of_file(path, str(resource.get("format") or path.suffix)) if path else []


def _of_file(path: Path, kind: str) -> list[str]:
    if kind.lower().lstrip(".") != file_headers.WORKBOOK:
        return file_headers.read_headers(path, kind)
    # A process of its own for each file, whenever its dataset is indexed, would be too dear.
    reading = file_readings.read_once("headers", path, lambda: {"headers": file_headers.read_headers(path, kind)})
    return reading["headers"] if reading else []


def index_again(resource: Mapping[str, Any]) -> None:
    """Index the dataset of a file that was just stored: CKAN indexes it before the file is there to be read.

    A file that waits for review is of no dataset yet.
    """
    if "package_id" not in resource:
        return
    if not resource.get("datastore_active") and find_path(resource) is not None and read_headers(resource):
        index(resource["package_id"])


def index(dataset_id: str) -> bool:
    """Index a dataset from what the database holds; False where there is none with this id."""
    try:
        both = logic.package_show_default_and_custom_schemas({"ignore_auth": True, "user": ""}, dataset_id)
    except tk.ObjectNotFound:
        return False
    default, custom = both
    PackageSearchIndex().index_package({**default, "with_custom_schema": custom})
    return True


def _of_table(resource_id: str) -> list[str]:
    try:
        fields = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id})["fields"]
    except tk.ObjectNotFound:
        return []
    named = [(field.get("info") or {}).get("label") or field["id"] for field in fields]
    return [name for name in named if not name.startswith("_")]
