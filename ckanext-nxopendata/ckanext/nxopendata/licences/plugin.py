"""Wiring of the licences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata import licences
from ckanext.nxopendata.core import wiring
from ckanext.nxopendata.core.display import pages
from ckanext.nxopendata.core.file_access.interfaces import Access, FileRequest, IFileAccess
from ckanext.nxopendata.licences import basket
from ckanext.nxopendata.licences.agreements import access

SUBJECTS = (licences, basket)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
@tk.blanket.validators(wiring.validators(SUBJECTS))
class NxOpendataLicencesPlugin(p.SingletonPlugin):
    """What may be done with the data."""

    p.implements(IFileAccess)
    p.implements(p.IConfigurer)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        pages.add_to(config)

    # IFileAccess

    def judge_file_access(self, asked: Sequence[FileRequest]) -> Mapping[str, Access]:
        return access.judge(asked)
