"""What a reviewer reads of a dataset on one page: its fields by section, its data items, its files' first rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import uploader

from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.review.pending import pending_changes

ROWS, COLUMNS, CELL_CHARACTERS = 6, 30, 60
"""Of a file: the header and five rows, so many columns, so much of a cell."""

MOST_FILES_READ = 6
MOST_BYTES = 10 * 1024 * 1024
ELSEWHERE = ("title_translated", "nx_items", "tag_string", "owner_org", "name")
"""Fields that have their own place on the page, or follow from others."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as the reviewer sees it.

    Attributes:
        resource: as in ``package_show``.
        rows: the first rows, the header among them; [] where there is nothing to show.
        note: why there are no rows, in the reader's language; "" otherwise.
    """

    resource: Mapping[str, Any]
    rows: list[list[str]]
    note: str


def list_sections(dataset: Mapping[str, Any], fields: list[dict[str, Any]]) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Return the fields that have a value, by section of the form: (heading, [(field, value)]).

    Args:
        fields: ``dataset_fields`` of the schema.
    """
    sections: list[tuple[Any, list[tuple[str, Any]]]] = []
    for field in fields:
        if "section" in field or not sections:
            sections.append((field.get("section", ""), []))
        name = field["field_name"]
        value = dataset.get(name)
        if name not in ELSEWHERE and value not in (None, "", [], {}):
            sections[-1][1].append((name, value))
    return [section for section in sections if section[1]]


def list_files(dataset: Mapping[str, Any]) -> list[File]:
    """Return the files of a dataset, each with its first rows where it can be read."""
    files: list[File] = []
    for number, resource in enumerate(dataset.get("resources") or ()):
        rows, note = ([], tk._("Look at the file itself")) if number >= MOST_FILES_READ else read_rows(resource)
        files.append(File(resource, rows, note))
    return files


def read_rows(resource: Mapping[str, Any]) -> tuple[list[list[str]], str]:
    """Return the first rows of an uploaded file, and why there are none."""
    if resource.get("url_type") != "upload":
        return [], tk._("The file stands on the department's server")
    stored = str(resource.get(pending_changes.STAGED) or resource["id"])
    path = Path(uploader.ResourceUpload({}).get_path(stored))
    kind = str(resource.get("format") or "").lower()
    try:
        sheets = reader.read_beginning(path, kind, limit=ROWS + 6, columns=COLUMNS, most_bytes=MOST_BYTES)
    except UnreadableError:
        return [], tk._("The file is not shown as a table")
    lines = [[cell.strip()[:CELL_CHARACTERS] for cell in row] for row in (sheets[0].rows if sheets else ())]
    lines = [line for line in lines if any(line)][:ROWS]
    width = max((len(line) for line in lines), default=0)
    return [line + [""] * (width - len(line)) for line in lines], "" if lines else tk._("The file has no rows")
