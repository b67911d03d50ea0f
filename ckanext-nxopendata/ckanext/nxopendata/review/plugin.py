"""Wiring of the review: a department's datasets, and every change of them, before the public sees them."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata import review
from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.review import visibility

SUBJECTS = (review,)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataReviewPlugin(p.SingletonPlugin, visibility.Labels):
    """Review and publication; stands before ``nxopendata_catalogue``, which puts names in the reader's language."""

    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IPermissionLabels)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")

    # IPackageController

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        visibility.show_pending(context, pkg_dict)
