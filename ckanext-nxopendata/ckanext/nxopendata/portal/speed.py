"""What CKAN and other plugins do anew for each page, or only when the first reader comes, done once at the start."""

from __future__ import annotations

from functools import cache

from ckan.lib import i18n


def languages() -> None:
    """CKAN fills its list of languages while it answers: two first readers at once fill it twice, and every page of
    the process then offers each language twice."""
    i18n.get_available_locales()
    i18n.get_locales_dict()


def once() -> None:
    """ckanext-dcat reads the metadata of every installed package to find an RDF profile, twice a dataset page."""
    try:
        from ckanext.dcat import processors
    except ImportError:
        return
    if not hasattr(processors.entry_points, "cache_info"):
        processors.entry_points = cache(processors.entry_points)
