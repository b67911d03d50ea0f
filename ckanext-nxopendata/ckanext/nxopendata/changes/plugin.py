"""Wiring of the changes: a feed that other portals follow, and webhooks that tell them at once."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata.changes import feed, webhooks
from ckanext.nxopendata.changes.metrics import read_figures
from ckanext.nxopendata.changes.webhooks import jobs
from ckanext.nxopendata.core import metrics, wiring
from ckanext.nxopendata.core.display import pages

SUBJECTS = (feed, webhooks)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataChangesPlugin(p.SingletonPlugin):
    """What changed in the portal, for other portals."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)
        metrics.register_reader("postgresql", read_figures)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        pages.add_to(config)

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.announce()

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.announce()

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.announce()
