"""Wiring of the cases: applications, demands, corrections, objections and reuses, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata.cases import (
    accounts,
    desk,
    disclosure,
    duty_reports,
    grants,
    keys,
    letters,
    messages,
    process,
    ratings,
    references,
    register_dataset,
    reuses,
    ties,
    uploads,
)
from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.duties import duty_store
from ckanext.nxopendata.cases.grants import use_lines
from ckanext.nxopendata.cases.keys import key_store, scope
from ckanext.nxopendata.cases.process import notices, suspension
from ckanext.nxopendata.cases.ties import notices as holder_notices
from ckanext.nxopendata.core import requirements, wiring
from ckanext.nxopendata.core.file_access import serving
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess

NEEDED = ("nxopendata_portal", "nxopendata_licences")
"""Its pages stand in the portal's frame; what it grants are agreements of the licences."""

SUBJECTS = (
    *(process, accounts, keys, messages, duty_reports, letters, reuses, uploads),
    *(ratings, grants, disclosure, register_dataset, references, ties, desk),
)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataCasesPlugin(p.SingletonPlugin):
    """What people ask of departments; stands anywhere after the portal, which leads to its forms."""

    p.implements(IFileAccess)
    p.implements(p.IApiToken, inherit=True)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)
        serving.write_served("cases", use_lines.write)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_cases", *NEEDED)
        registry.kinds()  # a definition that does not hold stops the site here, with its line
        notices.register_topics()
        holder_notices.register_topics()
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_cases")

    # IApiToken

    def preprocess_api_token(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        return data if key_store.may_be_used(str(data.get("jti") or "")) else {}

    # IFileAccess

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        return duty_store.judge(asked) | suspension.judge(asked) | scope.judge(asked)
