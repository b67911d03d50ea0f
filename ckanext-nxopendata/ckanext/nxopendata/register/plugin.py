"""Wiring of the register of government systems: one folder a subject, the same drawers in each.

Beside the subjects: ``entry_schema.py`` and ``entry_store.py`` (systems and projects alike: their fields, and writing
them), ``log.py`` (every change is written there), ``roles.py`` and ``permissions.py`` (who stands where, and may do
what), ``web.py`` (what the pages share), ``periods.py`` (dates as departments write them). Each subject has its Alembic
revision in ``migration/nxopendata_register``.
"""

from __future__ import annotations

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata import register
from ckanext.nxopendata.core import requirements, wiring
from ckanext.nxopendata.core.notifications.topics import register_topic
from ckanext.nxopendata.core.payload import action_guard
from ckanext.nxopendata.register import (
    attachments,
    audit,
    cleanup,
    connection,
    dashboard,
    evaluation,
    funding_rule,
    integration,
    ledger,
    official_tables,
    projects,
    reports,
    systems,
)
from ckanext.nxopendata.register.audit import findings
from ckanext.nxopendata.register.evaluation import procedure
from ckanext.nxopendata.register.ledger import notices
from ckanext.nxopendata.register.reports import collection

NEEDED = ("nxopendata_licences", "nxopendata_review", "nxopendata_catalogue", "nxopendata_organizations")
"""Plugins whose validators, code lists and departments the register uses."""

SUBJECTS = (
    register,
    systems,
    projects,
    attachments,
    official_tables,
    cleanup,
    connection,
    funding_rule,
    integration,
    reports,
    ledger,
    evaluation,
    audit,
    dashboard,
)

STRUCTURED = frozenset({"answers", "title_translated", "notes_translated", "nx_datasets", "nx_uses", "nx_systems"})
"""What may be a list or a mapping; every other parameter of the register is one text or number."""


def _actions() -> wiring.Functions:
    return {
        name: action_guard.guard_action(action, STRUCTURED) if name.startswith("nx_") else action
        for name, action in wiring.actions(SUBJECTS)().items()
    }


@tk.blanket.actions(_actions)
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.config_declarations
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
@tk.blanket.validators(wiring.validators(SUBJECTS))
class NxOpendataRegisterPlugin(p.SingletonPlugin):
    """The register of government systems."""

    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        wiring.start_tasks(SUBJECTS)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_register", *NEEDED)
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_register")
        for subject in (collection, procedure, findings, notices):
            register_topic(subject.TOPIC, subject.notice_text)
