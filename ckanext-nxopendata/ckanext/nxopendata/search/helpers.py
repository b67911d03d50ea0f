"""Template helpers of the search."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

__all__ = ["nx_search_correction"]


def nx_search_correction(query: str) -> dict[str, Any]:
    """``{"q", "count"}``: what a query that found nothing was perhaps meant to be; ``q`` is "" without an idea."""
    return tk.get_action("nx_search_correct")({}, {"q": query})
