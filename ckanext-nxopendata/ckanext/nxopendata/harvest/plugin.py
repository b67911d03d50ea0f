"""Wiring of the harvest."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.harvest import actions, auth, tombstone
from ckanext.nxopendata.harvest import cli as _cli  # noqa: F401  hangs its commands under "ckan nx"
from ckanext.nxopendata.harvest.changes import actions as change_actions
from ckanext.nxopendata.harvest.changes import auth as change_auth


def _exported(*modules: Any) -> dict[str, Any]:
    return {name: getattr(module, name) for module in modules for name in module.__all__}


@tk.blanket.actions(lambda: _exported(actions, change_actions))
@tk.blanket.auth_functions(lambda: _exported(auth, change_auth))
@tk.blanket.config_declarations
class NxOpendataHarvestPlugin(p.SingletonPlugin):
    """Department catalogues to the portal."""

    p.implements(p.IPackageController, inherit=True)

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return tombstone.without_withdrawn(search_params)
