"""Wiring of the portal: the public pages and how they look."""

from __future__ import annotations

from collections import OrderedDict

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata.portal import actions, auth, facets, helpers


@tk.blanket.actions(actions)
@tk.blanket.auth_functions(auth)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
@tk.blanket.blueprints
class NxOpendataPortalPlugin(p.SingletonPlugin):
    """Templates, styles and pages; stands before every plugin whose templates it replaces."""

    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "nxopendata")

    # IFacets

    def dataset_facets(self, facets_dict: OrderedDict[str, str], package_type: str) -> OrderedDict[str, str]:
        return facets.of_datasets()

    def organization_facets(
        self, facets_dict: OrderedDict[str, str], organization_type: str, package_type: str | None
    ) -> OrderedDict[str, str]:
        return facets.of_one_department()
