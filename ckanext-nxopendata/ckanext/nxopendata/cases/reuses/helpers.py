"""Template helpers of reuses."""

from __future__ import annotations

from typing import Any

from ckanext.nxopendata.cases.disclosure import public_store
from ckanext.nxopendata.cases.reuses import link_checks


def nx_case_reuses(dataset_id: str) -> list[dict[str, Any]]:
    """The reuses that are shown beside a dataset, with ``dead``: whether the address did not answer lately."""
    return link_checks.mark_dead(public_store.list_reuses(dataset_id))
