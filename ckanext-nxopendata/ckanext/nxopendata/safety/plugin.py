"""Wiring of safety: what files hold that must not become public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.core.display import pages as shared_pages
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess
from ckanext.nxopendata.core.publication import column_facts, objections
from ckanext.nxopendata.safety import gate, grading, pages, rule_editing, scanning, signoff, treatment
from ckanext.nxopendata.safety.gate import conditions, free_text, publication, sent_files
from ckanext.nxopendata.safety.grading import columns
from ckanext.nxopendata.safety.scanning import notices

SUBJECTS = (scanning, gate, grading, signoff, treatment, rule_editing, pages)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataSafetyPlugin(p.SingletonPlugin):
    """Examines files, and closes to the public what was not examined or must not be public."""

    p.implements(IFileAccess)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        shared_pages.add_to(config)
        objections.examine_publication("safety", publication.find_objections)
        column_facts.describe_columns("safety", columns.describe)
        objections.examine_texts("safety", free_text.find_objections)
        objections.examine_files("safety", sent_files.find_objections)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)
        notices.register_topics()

    # IFileAccess

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        return conditions.judge(asked)

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        publication.check_write(context, pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        publication.check_write(context, pkg_dict)
