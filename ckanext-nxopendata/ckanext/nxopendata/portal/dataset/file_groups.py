"""Files of one content in several formats, as one file. Plain module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

FORMATS = "csv|xlsx?|ods|json|geojson|xml|tsv|txt|pdf|parquet|格式|版|format"
FORMAT_IN_NAME = re.compile(rf"[\s_-]*[（(]?\s*(?:{FORMATS})+\s*[)）]?\Z", re.IGNORECASE)
"""A format at the end of a name: 名录（XLSX）."""

ORDER = ("csv", "tsv", "xlsx", "xls", "ods", "json", "geojson", "xml")
"""The format that is shown first: what becomes a table, and what most programs read."""


@dataclass(frozen=True, slots=True)
class FileGroup:
    """A file in one or several formats: the resource that stands for all, and the others."""

    first: Mapping[str, Any]
    others: tuple[Mapping[str, Any], ...]


def group_files(resources: Iterable[Mapping[str, Any]]) -> list[FileGroup]:
    """Return the files of a dataset, those that differ in their format alone as one, in the order of the dataset."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for number, resource in enumerate(resources):
        name = _strip_format(str(resource.get("nx_file_name") or resource.get("name") or ""))
        kind = str(resource.get("format") or "").lower()
        own = (name, str(resource.get("license") or ""))
        taken = {str(one.get("format") or "").lower() for one in groups.get(own, ())}
        # Two files of one name and one format are two files.
        key = own if name and kind and kind not in taken else (str(number), "")
        groups.setdefault(key, []).append(resource)
    return [_make_group(group) for group in groups.values()]


def _make_group(group: list[Mapping[str, Any]]) -> FileGroup:
    def rank(resource: Mapping[str, Any]) -> int:
        kind = str(resource.get("format") or "").lower()
        return ORDER.index(kind) if kind in ORDER else len(ORDER)

    ordered = sorted(group, key=rank)
    return FileGroup(ordered[0], tuple(ordered[1:]))


def _strip_format(name: str) -> str:
    """A name without its ending and without the format in brackets."""
    path = PurePosixPath(name)
    stem = path.stem if re.fullmatch(r"\.[A-Za-z0-9]{2,8}", path.suffix) else name
    return FORMAT_IN_NAME.sub("", stem).strip() or stem
