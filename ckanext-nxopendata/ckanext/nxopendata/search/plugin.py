"""Wiring of the search: Chinese as people type it."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.catalogue import departments
from ckanext.nxopendata.search import actions, auth, helpers, index


@tk.blanket.actions(actions)
@tk.blanket.auth_functions(auth)
@tk.blanket.helpers(helpers)
class NxOpendataSearchPlugin(p.SingletonPlugin):
    """Adds to the index what people type; stands after nxopendata_catalogue, which makes the document."""

    p.implements(p.IPackageController, inherit=True)

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        name = pkg_dict.get("organization")
        return index.document(pkg_dict, departments.title(name, "zh") if name else "")

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return index.parameters(search_params)
