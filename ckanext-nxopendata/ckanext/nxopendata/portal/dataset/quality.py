"""How well a dataset serves its readers, as a number whose every point can be read. Imports nothing of CKAN.

The points follow what readers of open-data portals miss most: a text that says what it is, the meaning of the columns,
a clear licence, files at hand that programs can read, somebody to ask. Whether the data is fresh is judged apart: it
changes by the day, and this number only when somebody writes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Dataset = Mapping[str, Any]

FIELD = "portal_score"
"""In the index."""

SUMMARY = 20
"""Characters below which a summary says nothing."""

MACHINE_READABLE = "3"


def _text(dataset: Dataset, field: str, language: str) -> str:
    texts = dataset.get(f"{field}_translated")
    return str(texts.get(language) or "").strip() if isinstance(texts, Mapping) else ""


def _files(dataset: Dataset) -> list[Mapping[str, Any]]:
    return list(dataset.get("resources") or ())


CRITERIA: tuple[tuple[str, int, Callable[[Dataset], Any]], ...] = (
    ("summary", 10, lambda one: len(_text(one, "notes", "zh") or str(one.get("notes") or "")) >= SUMMARY),
    ("english", 5, lambda one: _text(one, "title", "en") and _text(one, "notes", "en")),
    ("theme", 5, lambda one: one.get("nx_theme")),
    ("tags", 5, lambda one: one.get("tags")),
    ("coverage", 5, lambda one: one.get("nx_region") and (one.get("nx_temporal_start") or one.get("nx_temporal_end"))),
    ("cycle", 5, lambda one: one.get("nx_update_cycle")),
    ("contact", 10, lambda one: one.get("nx_contact_phone") or one.get("nx_contact_email")),
    ("licence", 10, lambda one: one.get("license_id") not in (None, "", "notspecified")),
    ("items", 15, lambda one: one.get("nx_items")),
    ("files", 15, _files),
    ("readable", 15, lambda one: any(str(file.get("nx_readability")) == MACHINE_READABLE for file in _files(one))),
)
"""Code, points, and what earns them; a hundred in all. The weights are our own."""


def count_points(dataset: Dataset) -> int:
    """0 to 100.

    Args:
        dataset: as ``package_show`` gives it.
    """
    return sum(worth for _, worth, earned in CRITERIA if earned(dataset))


def points_for_index(document: dict[str, Any]) -> dict[str, Any]:
    """The index document with the points of its dataset, three digits long, so that their order is the texts' order."""
    if document.get("dataset_type", "dataset") == "dataset" and document.get("validated_data_dict"):
        document[FIELD] = f"{count_points(json.loads(document['validated_data_dict'])):03}"
    return document


def list_missing(dataset: Dataset) -> list[tuple[str, int]]:
    """Code and points of what it has not, the most points first."""
    return sorted(
        ((code, worth) for code, worth, earned in CRITERIA if not earned(dataset)), key=lambda one: (-one[1], one[0])
    )
