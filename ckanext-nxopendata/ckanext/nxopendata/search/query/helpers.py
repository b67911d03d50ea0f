"""Template helpers of the search."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import solr_connection


def nx_search_is_partial() -> bool:
    """Whether a search of this page was stopped because it took too long."""
    return solr_connection.any_is_partial()


def nx_search_wider(query: str, filters: dict[str, list[str]]) -> dict[str, Any]:
    """What a search that found nothing would find if it were wider, as ``nx_search_find`` gives it.

    With filters: ``count`` without them. Without: the first five results that have any of the words.
    """
    wider = (
        {"q": query, "facets": False, "rows": 0} if filters else {"q": query, "facets": False, "rows": 5, "any": True}
    )
    try:
        return tk.get_action("nx_search_find")({}, wider)
    except tk.ValidationError:
        return {}
