"""By what a reader narrows a search."""

from __future__ import annotations

from collections import OrderedDict

import ckan.plugins.toolkit as tk


def of_datasets() -> OrderedDict[str, str]:
    """Index field -> its title in the reader's language, in the order of the page."""
    return OrderedDict(
        nx_theme=tk._("Theme"),
        organization=tk._("Department"),
        nx_region=tk._("Region"),
        res_format=tk._("File format"),
        nx_is_open=tk._("Open to the public"),
        license_id=tk._("Licence"),
        nx_update_cycle=tk._("Update cycle"),
    )


def of_results() -> OrderedDict[str, str]:
    """By what the results of a search are narrowed."""
    return OrderedDict(
        nx_theme=tk._("Theme"),
        organization=tk._("Department"),
        nx_region=tk._("Region"),
        nx_openness=tk._("Openness"),
        res_format=tk._("File format"),
        nx_update_cycle=tk._("Update cycle"),
        nx_year=tk._("Year of the data"),
        license_id=tk._("Licence"),
        nx_data_level=tk._("Data level"),
    )


def of_one_department() -> OrderedDict[str, str]:
    """The same within the page of one department."""
    facets = of_results()
    del facets["organization"]
    return facets
