"""Wiring of the review: a department's datasets, and every change of them, before the public sees them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata import review
from ckanext.nxopendata.bulk_write.interfaces import IBulkWriter
from ckanext.nxopendata.core import roles, wiring
from ckanext.nxopendata.core.display import pages
from ckanext.nxopendata.review import bulk, calendar, editing, inbox, lists, overdue, withdrawal, workflow
from ckanext.nxopendata.review.bulk import notices as bulk_notices
from ckanext.nxopendata.review.editing import drafts, visibility
from ckanext.nxopendata.review.overdue import reminders
from ckanext.nxopendata.review.workflow import notices

SUBJECTS = (review, workflow, bulk, editing, lists, overdue, inbox, calendar, withdrawal)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
@tk.blanket.validators(wiring.validators(SUBJECTS))
class NxOpendataReviewPlugin(p.SingletonPlugin, visibility.Labels):
    """Review and publication; stands before ``nxopendata_catalogue``, which puts names in the reader's language."""

    p.implements(IBulkWriter, inherit=True)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IPermissionLabels)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        notices.register_topics()
        bulk_notices.register_topics()
        reminders.register_topics()
        pages.add_to(config)
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_review")

    # IBulkWriter

    def updates_by_action(self, context: Context, package: model.Package) -> bool:
        return roles.needs_review(context, package.owner_org)

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        drafts.begin_case(context, pkg_dict)

    def after_dataset_show(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        visibility.show_pending(context, pkg_dict)
