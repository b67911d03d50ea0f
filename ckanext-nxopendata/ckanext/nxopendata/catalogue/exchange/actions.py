"""Actions of the exchange."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict

from ckanext.nxopendata.catalogue import codelists, dcat, helpers, localised, skos
from ckanext.nxopendata.catalogue.exchange import pages

__all__ = ["dcat_catalog_search", "dcat_catalog_show", "nx_codelist_list", "nx_codelist_show"]


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_show(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A page of the catalogue in RDF, from what was kept when its datasets were indexed.

    With ``profiles`` it is made anew by ckanext-dcat.
    """
    return _from_index(original_action, "dcat_catalog_show", context, data_dict)


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_search(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same for a search with ``q`` and ``fq``."""
    return _from_index(original_action, "dcat_catalog_search", context, data_dict)


def _from_index(original_action: Action, name: str, context: Context, data_dict: DataDict) -> Any:
    tk.check_access(name, context, data_dict)
    if data_dict.get("profiles") or (data_dict.get("format") or "xml") not in pages.stored.SYNTAXES:
        return original_action(context, data_dict)
    return pages.catalogue_page(context, data_dict)


@tk.side_effect_free
def nx_codelist_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All code lists: name, title in the reader's language, uri, number of codes."""
    tk.check_access("nx_codelist_list", context, data_dict)
    return [_about_list(name) for name in codelists.names()]


@tk.side_effect_free
def nx_codelist_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One code list with its codes in order: code, label_zh, label_en, parent, status, uri.

    :param id: the name of the list, such as ``theme``
    """
    name = tk.get_or_bust(data_dict, "id")
    tk.check_access("nx_codelist_show", context, data_dict)
    if name not in codelists.names():
        raise tk.ObjectNotFound(tk._("There is no such code list"))
    links = dcat.links()
    codes = [
        {column: getattr(entry, column) for column in skos.COLUMNS} | {"uri": str(links.concept(name, code))}
        for code, entry in codelists.load(name).items()
    ]
    return _about_list(name) | {"codes": codes}


def _about_list(name: str) -> dict[str, Any]:
    titles = dict(skos.titles()[name])
    return {
        "name": name,
        "title": localised.choose(titles, helpers.reader_language())[0],
        "title_translated": titles,
        "uri": str(dcat.links().scheme(name)),
        "count": len(codelists.load(name)),
    }
