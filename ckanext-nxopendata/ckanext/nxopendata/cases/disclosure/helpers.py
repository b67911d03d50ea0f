"""Template helpers of the public register."""

from __future__ import annotations

from typing import Any

from ckanext.nxopendata.cases.disclosure import public_store


def nx_case_reuses(dataset_id: str) -> list[dict[str, Any]]:
    """The reuses that are shown beside a dataset."""
    return public_store.list_reuses(dataset_id)
