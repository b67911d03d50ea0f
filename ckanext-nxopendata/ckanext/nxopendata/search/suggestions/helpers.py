"""Template helper of the corrections."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def nx_search_correction(query: str, found: int = 0) -> dict[str, Any]:
    """``{"q", "count"}``: what a query that found so many was perhaps meant to be; ``q`` is "" without an idea."""
    return tk.get_action("nx_search_correct")({}, {"q": query, "found": found})
