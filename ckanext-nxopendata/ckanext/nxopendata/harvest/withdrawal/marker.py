"""Withdrawn datasets: they keep page, id and files for their department; the public sees that they were withdrawn."""

from __future__ import annotations

from typing import Any

FIELD = "nx_withdrawn"
"""Key of the extra that marks a withdrawn dataset, and the index field it becomes; its value is the time, UTC."""


def exclude_withdrawn(search: dict[str, Any]) -> dict[str, Any]:
    """Exclude withdrawn datasets from a search unless it asks for them by the field.

    Args:
        search: What ``IPackageController.before_dataset_search`` receives.
    """
    fq = search.get("fq") or ""
    filters = " ".join([fq, *search.get("fq_list", ()), search.get("q") or ""])
    if FIELD in filters:
        return search
    return {**search, "fq": f"{fq} -{FIELD}:[* TO *]".strip()}
