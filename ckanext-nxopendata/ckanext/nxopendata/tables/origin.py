"""Which file the rows of a resource come from: its own, or that of another resource of the same dataset.

A workbook with several sheets, or a sheet with several tables, is stored once. Each further table is a resource without
bytes of its own: it names the resource that has them (``nx_part_of``), the worksheet (``nx_part_sheet``) and the part
of the sheet (``nx_part_area``). So it has an address, a DataStore table, a reading plan, exports and a life of its own,
follows new versions of the file, and ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PART_OF, SHEET, AREA = "nx_part_of", "nx_part_sheet", "nx_part_area"
"""Extras of the resource."""


def is_part(entry: Mapping[str, Any]) -> bool:
    """Whether a resource, as a dictionary, is a further table of another's file."""
    return bool(entry.get(PART_OF)) and entry.get("url_type") != "upload"


def names_another(resource: Any) -> bool:
    """Whether a resource names another whose file holds its rows."""
    return resource.url_type != "upload" and bool((resource.extras or {}).get(PART_OF))


def find_origin(resource: Any) -> Any:
    """Return the resource whose file holds the rows of a resource: itself, or another of the same dataset.

    Returns:
        None for one without a stored file, and for a part whose file is not there any more.
    """
    if resource.url_type == "upload":
        return resource
    wanted = str((resource.extras or {}).get(PART_OF) or "")
    others = resource.package.resources if wanted and resource.package is not None else ()
    return next(
        (other for other in others if other.id == wanted and other.url_type == "upload" and other.state != "deleted"),
        None,
    )


def get_place(resource: Any) -> dict[str, str]:
    """Return the ``sheet`` and ``area`` of a part, as a reading plan has them; {} of other resources."""
    extras = resource.extras or {}
    if resource.url_type == "upload" or not extras.get(PART_OF):
        return {}
    place = {"sheet": extras.get(SHEET), "area": extras.get(AREA)}
    return {name: str(value) for name, value in place.items() if value}
