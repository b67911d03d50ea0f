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


def group_files(resources: Iterable[Mapping[str, Any]], rows: Mapping[str, int]) -> list[FileGroup]:
    """Return the files of a dataset, those that differ in their format alone as one, in the order of the dataset.

    Args:
        rows: id of a file that is a table -> how many; two tables of another length are not one content.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for number, resource in enumerate(resources):
        name = _strip_format(str(resource.get("nx_file_name") or resource.get("name") or ""))
        kind = str(resource.get("format") or "").lower()
        own = (name, str(resource.get("license") or ""))
        others = groups.get(own, ())
        taken = {str(one.get("format") or "").lower() for one in others}
        lengths = {rows[one["id"]] for one in (*others, resource) if one.get("id") in rows}
        # Two files of one name and one format are two files.
        key = own if name and kind and kind not in taken and len(lengths) <= 1 else (str(number), "")
        groups.setdefault(key, []).append(resource)
    return [_make_group(group) for group in groups.values()]


def name_file(resource: Mapping[str, Any], title_zh: str, title_en: str) -> str:
    """Return the name of a file; in English where it is the title of its dataset, with what stands behind that.

    >>> name_file({"name": "宁夏人口（CSV）"}, "宁夏人口（2020年）", "People of Ningxia")
    'People of Ningxia (CSV)'
    """
    name = str(resource.get("name") or resource.get("nx_file_name") or resource.get("url") or "")
    title = re.sub(r"[（(][^（）()]*[)）]\Z", "", title_zh)
    for known in (title_zh, title):
        rest = name.removeprefix(known)
        if known and title_en and rest != name and not re.search("[\u3400-\u9fff]", rest):
            return (title_en + rest.replace("（", " (").replace("）", ")")).strip()
    return name


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
