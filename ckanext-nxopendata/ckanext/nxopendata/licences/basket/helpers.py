"""Template helpers of the basket."""

from __future__ import annotations

from ckanext.nxopendata.licences.basket.basket import list_file_ids


def nx_basket_count() -> int:
    """How many files are in the basket of this visitor."""
    return len(list_file_ids())
