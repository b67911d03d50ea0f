"""Template helpers of searches and their results."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import caching
from ckanext.nxopendata.portal.results import facets


def nx_query(**changes: Any) -> str:
    """The reader's query string with ``changes``: a relative link, so that it works on any page and in any language.

    A value of None takes the parameter out. Every change goes back to the first page.
    """
    keep = [
        (key, value)
        for key, value in tk.request.args.items(multi=True)
        if key not in changes and key != "page" and value
    ]
    keep += [(key, value) for key, value in changes.items() if value is not None]
    return "?" + urlencode(keep)


def current_search() -> list[tuple[str, str]]:
    """Return the reader's search without the number of the page."""
    return [(key, one) for key, one in tk.request.args.items(multi=True) if key != "page" and one]


def nx_results_as(kind: str) -> str:
    """The address of the reader's search as ``csv``, ``json``, ``atom`` or ``rss``."""
    root = caching.cached_in_request(
        "results root", lambda: tk.h.url_for("nx_results.feed", kind="atom").removesuffix("atom")
    )
    pairs = current_search()
    return root + kind + (f"?{urlencode(pairs)}" if pairs else "")


def nx_quote(text: str) -> str:
    """``text`` percent-encoded, for addresses shown in examples."""
    return quote(text)


def nx_facet_titles() -> dict[str, str]:
    """Index field -> title of the facets of the dataset search."""
    return facets.list_titles(facets.FIGURES)


def nx_facet_items(name: str, search_facets: dict[str, Any]) -> list[facets.FacetValue]:
    """The values of a facet in the order people look for them, those chosen but absent from the results too."""
    return facets.list_values(name, search_facets, current_search())
