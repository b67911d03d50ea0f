"""What CKAN and other plugins do anew for each page, or only when the first reader comes, done once at the start."""

from __future__ import annotations

from functools import cache

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.lib import i18n


def before_the_first_reader() -> None:
    """CKAN fills its lists of languages, actions and rights while it answers. Of two first readers at once the second
    finds them half full: languages are then offered twice by every page of the process, and actions and rights are
    refused as unknown or are CKAN's own, without what plugins chain to them."""
    i18n.get_available_locales()
    i18n.get_locales_dict()
    tk.get_action("package_show")
    authz.auth_functions_list()


def once() -> None:
    """ckanext-dcat reads the metadata of every installed package to find an RDF profile, twice a dataset page."""
    try:
        from ckanext.dcat import processors
    except ImportError:
        return
    if not hasattr(processors.entry_points, "cache_info"):
        processors.entry_points = cache(processors.entry_points)
