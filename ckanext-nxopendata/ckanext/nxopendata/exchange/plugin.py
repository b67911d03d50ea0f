"""Wiring of the exchange: DCAT, code lists, workbook, XML."""

from __future__ import annotations

from importlib import resources

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import yaml
from ckan.common import CKANConfig
from ckan.config.declaration import Declaration, Key

from ckanext.nxopendata import exchange
from ckanext.nxopendata.core import ckan_gaps, requirements, wiring
from ckanext.nxopendata.core import codelists as lists
from ckanext.nxopendata.core.display import pages
from ckanext.nxopendata.exchange import codelists
from ckanext.nxopendata.exchange.codelists import store
from ckanext.nxopendata.exchange.dcat import profile

DECLARATION = resources.files("ckanext.nxopendata.exchange") / "config_declaration.yaml"
SUBJECTS = (exchange, codelists)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataExchangePlugin(p.SingletonPlugin):
    """Exchange of the catalogue with the world; stands before ``dcat`` in ``ckan.plugins``."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)
        lists.amend_from(store.read_version, store.read_amendments)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_exchange", "dcat")
        tk.add_template_directory(config, "templates")
        pages.add_to(config)
        tk.add_resource("assets", "nxopendata_exchange")
        ckan_gaps.read_rdf_profiles_once()

    # IConfigDeclaration

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:
        declaration.load_dict(yaml.safe_load(DECLARATION.read_text(encoding="utf-8")))
        profiles = declaration.get(key.ckanext.dcat.rdf.profiles)
        if profiles is not None:
            profiles.set_default(f"{profile.NAME} nx_licences")
