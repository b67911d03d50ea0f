"""Wiring of the tables: files of a dataset as tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata.core import params
from ckanext.nxopendata.tables import actions, auth, helpers, jobs, views
from ckanext.nxopendata.tables import cli as _cli  # noqa: F401  hangs its commands under "ckan nx"


@tk.blanket.auth_functions(auth)
@tk.blanket.blueprints(views)
@tk.blanket.config_declarations
@tk.blanket.helpers(helpers)
class NxOpendataTablesPlugin(p.SingletonPlugin):
    """Loads files into the DataStore and shows them; needs the plugin ``datastore``."""

    p.implements(p.IActions)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IActions

    def get_actions(self) -> dict[str, Callable[..., Any]]:
        return params.guarded(actions)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_tables")
        jobs.listen()

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.written(pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.written(pkg_dict)

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.written(pkg_dict)
