"""What other plugins do anew for each page, done once."""

from __future__ import annotations

from functools import cache


def once() -> None:
    """ckanext-dcat reads the metadata of every installed package to find an RDF profile, twice a dataset page."""
    try:
        from ckanext.dcat import processors
    except ImportError:
        return
    if not hasattr(processors.entry_points, "cache_info"):
        processors.entry_points = cache(processors.entry_points)
