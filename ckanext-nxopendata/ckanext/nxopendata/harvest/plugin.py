"""Wiring of the harvest."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata import harvest
from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.core.display import pages
from ckanext.nxopendata.harvest import formats, mirror, monitoring, runs, sources, withdrawal
from ckanext.nxopendata.harvest.interfaces import IHarvestFormat
from ckanext.nxopendata.harvest.withdrawal import marker

SUBJECTS = (harvest, sources, runs, mirror, monitoring, withdrawal)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataHarvestPlugin(p.SingletonPlugin):
    """Department catalogues to the portal."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurable

    def configure(self, config: Any) -> None:
        formats.add_provider(_list_formats)
        wiring.start_tasks(SUBJECTS)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_harvest")
        pages.add_to(config)

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return marker.exclude_withdrawn(search_params)


def _list_formats() -> list[formats.Format]:
    """List the formats of other extensions."""
    return [form for plugin in p.PluginImplementations(IHarvestFormat) for form in plugin.get_harvest_formats()]
