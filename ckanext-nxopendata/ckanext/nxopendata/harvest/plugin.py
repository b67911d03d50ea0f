"""Wiring of the harvest."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata.changes import actions as change_actions
from ckanext.nxopendata.changes import auth as change_auth
from ckanext.nxopendata.changes import cli as _change_cli  # noqa: F401  the same
from ckanext.nxopendata.changes import views as webhook_views
from ckanext.nxopendata.changes import webhooks
from ckanext.nxopendata.core import params
from ckanext.nxopendata.harvest import actions, auth, formats, helpers, views
from ckanext.nxopendata.harvest.interfaces import IHarvestFormat
from ckanext.nxopendata.harvest.sources import cli as _cli  # noqa: F401  hangs its commands under "ckan nx"
from ckanext.nxopendata.harvest.withdrawal import actions as withdrawn
from ckanext.nxopendata.harvest.withdrawal import tombstone


def _exported(*modules: Any) -> dict[str, Any]:
    return {name: getattr(module, name) for module in modules for name in module.__all__}


@tk.blanket.actions(lambda: params.guarded(actions, withdrawn, change_actions))
@tk.blanket.auth_functions(lambda: _exported(auth, change_auth))
@tk.blanket.blueprints(lambda: [views.nx_harvest, views.nx_harvest_files, views.nx_metrics, webhook_views.nx_webhooks])
@tk.blanket.config_declarations
@tk.blanket.helpers(lambda: _exported(helpers))
class NxOpendataHarvestPlugin(p.SingletonPlugin):
    """Department catalogues to the portal."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurable

    def configure(self, config: Any) -> None:
        formats.provided_by(_offered)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_template_directory(config, "../changes/templates")
        tk.add_resource("assets", "nxopendata_harvest")

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        webhooks.announce()

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        webhooks.announce()

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        webhooks.announce()

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return tombstone.without_withdrawn(search_params)


def _offered() -> list[formats.Format]:
    """The formats of other extensions."""
    return [form for plugin in p.PluginImplementations(IHarvestFormat) for form in plugin.get_harvest_formats()]
