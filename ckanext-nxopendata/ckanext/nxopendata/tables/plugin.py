"""Wiring of the tables: files of a dataset as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata import tables
from ckanext.nxopendata.core import requirements, wiring
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess
from ckanext.nxopendata.core.publication import objections
from ckanext.nxopendata.tables import (
    answers,
    charts,
    default_charts,
    jobs,
    loading,
    parts,
    places,
    plans,
    profiles,
    sql,
)
from ckanext.nxopendata.tables.declared import withholding
from ckanext.nxopendata.tables.loading import notices
from ckanext.nxopendata.tables.maps import base_map

SUBJECTS = (tables, loading, plans, parts, profiles, answers, places, charts, default_charts, sql)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataTablesPlugin(p.SingletonPlugin):
    """Loads files into the DataStore and shows them; needs the plugin ``datastore``."""

    p.implements(IFileAccess)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_tables", "datastore")
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_tables")
        jobs.listen_to_commits()
        notices.register_topics()
        objections.examine_publication("tables", withholding.find_objections)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        base_map.check(config)
        wiring.start_tasks(SUBJECTS)

    # IFileAccess

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        return withholding.judge(asked)

    # IPackageController

    def after_dataset_create(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.note_change(pkg_dict)

    def after_dataset_update(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.note_change(pkg_dict)

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        jobs.note_change(pkg_dict)
