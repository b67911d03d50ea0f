"""By what a reader narrows a search."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.display.helpers import nx_number
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.portal import helpers

FIGURES = ("nx_theme", "organization", "nx_region", "res_format", "nx_is_open", "license_id", "nx_update_cycle")
"""What all datasets of the site are counted by."""

RESULTS = (
    "nx_theme",
    "organization",
    "nx_region",
    "nx_openness",
    "res_format",
    "nx_update_cycle",
    "nx_year",
    "license_id",
    "nx_data_level",
)
"""By what the results of a search are narrowed."""

OF_ONE_DEPARTMENT = tuple(field for field in RESULTS if field != "organization")

CODELISTS = {
    "nx_theme": "theme",
    "nx_region": "region",
    "nx_update_cycle": "update_cycle",
    "nx_share_type": "share_type",
    "nx_industry": "industry",
    "nx_data_level": "data_level",
}
"""Index field -> the code list of its values."""


def list_titles(fields: Iterable[str]) -> OrderedDict[str, str]:
    """Return index field -> its title in the reader's language, in the order of ``fields``."""
    by_field = {
        "nx_theme": tk._("Theme"),
        "organization": tk._("Department"),
        "nx_region": tk._("Region"),
        "nx_is_open": tk._("Open to the public"),
        "nx_openness": tk._("Openness"),
        "res_format": tk._("File format"),
        "nx_update_cycle": tk._("Update cycle"),
        "nx_year": tk._("Year of the data"),
        "license_id": tk._("Licence"),
        "nx_data_level": tk._("Data level"),
    }
    return OrderedDict((field, by_field[field]) for field in fields)


class FacetValue(NamedTuple):
    """A value of a facet: ``url`` chooses it, or gives it up; ``depth`` is 0, or 1 and 2 for cities and counties."""

    name: str
    label: str
    number: int
    number_shown: str
    active: bool
    url: str
    depth: int


def list_values(name: str, search_facets: dict[str, Any], search: list[tuple[str, str]]) -> list[FacetValue]:
    """The values of a facet in the order people look for them, those chosen but absent from the results too.

    Args:
        name: the index field.
        search_facets: index field -> ``{"items": [{"name", "count"}]}``.
        search: the reader's search as pairs of the address, without the number of the page.
    """
    found = {item["name"]: item for item in (search_facets or {}).get(name, {}).get("items", ()) if item["name"]}
    chosen = [value for key, value in search if key == name]
    others = urlencode(search)
    items = []
    for value in [*found, *(value for value in chosen if value not in found)]:
        item = found.get(value, {"count": 0})
        pair = (name, value)
        if value in chosen:
            toggled = urlencode([one for one in search if one != pair])
        else:
            toggled = others + ("&" if others else "") + urlencode([pair])
        items.append(
            FacetValue(
                name=value,
                label=_label(name, value, item.get("display_name")),
                number=item["count"],
                number_shown=nx_number(item["count"]),
                active=value in chosen,
                url=f"?{toggled}",
                depth=_depth(value) if name == "nx_region" else 0,
            )
        )
    if name == "nx_region":
        return sorted(items, key=lambda item: item.name)
    if name == "nx_year":
        return sorted(items, key=lambda item: item.name, reverse=True)
    if name == "nx_update_cycle":
        order = list(codelists.load("update_cycle"))
        return sorted(items, key=lambda item: order.index(item.name) if item.name in order else len(order))
    return sorted(items, key=lambda item: (-item.number, item.label))


def _label(name: str, value: str, given: str | None) -> str:
    if name in CODELISTS:
        return codelists.label(CODELISTS[name], value, reader_language())
    if name == "organization":
        return helpers.nx_department(value)["title"]
    if name == "nx_is_open":
        return {"1": tk._("Open"), "0": tk._("Not open")}.get(value, value)
    if name == "nx_openness":
        labels = {
            "open": tk._("Open without conditions"),
            "conditional": tk._("Open on conditions"),
            "closed": tk._("Not open to the public"),
        }
        return labels.get(value, value)
    if name == "license_id":
        return helpers.nx_licence_title(value)
    return given or value


def _depth(code: str) -> int:
    if code.endswith("0000"):
        return 0
    return 1 if code.endswith("00") else 2
