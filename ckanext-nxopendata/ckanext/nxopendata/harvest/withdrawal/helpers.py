"""Template helpers of withdrawn datasets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.nxopendata.harvest.withdrawal import marker


def nx_harvest_withdrawn(dataset: Mapping[str, Any]) -> str | None:
    """Return when a dataset was withdrawn (UTC); None when it was not."""
    return next((extra["value"] for extra in dataset.get("extras") or () if extra["key"] == marker.FIELD), None)
