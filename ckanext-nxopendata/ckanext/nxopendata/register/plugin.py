"""Wiring of the register of government systems.

What goes where. Each subject has its own files, and the tuples below list their modules:

========================  ==================================================================================
subject                   files
========================  ==================================================================================
systems, projects         ``actions.py auth.py schema.py views.py helpers.py``, ``systems.py projects.py`` (the
                          database), ``record.py`` (plain: what a system is), ``visibility.py chained.py`` (who
                          sees and writes them by CKAN's own ways), ``log.py model.py roles.py config.py``
official tables 1-5       ``tables/`` (layout, Excel, page, PDF, CSV), ``tables_*.py``, ``units.py``
import of such tables     ``intake/``, ``tables_*.py``
clean-up                  ``zombie.py`` (plain: the five signs), ``verdicts.py`` (who said what)
integration, connection   ``integration.py connection.py funding.py`` (plain), ``picture.py`` (SVG), ``boards.py``
pages of these            ``supervision_*.py``
tasks of the plan         ``tasks.py`` (plain), ``templates/nx_task/``; the rest with the reports
monthly, annual reports   ``rounds.py`` (plain), ``reports*.py``, ``templates/nx_report/``
evaluation                ``evaluation.py`` (plain: scores), ``evaluation_facts.py`` (what is counted),
                          ``evaluations.py`` (who said what), ``evaluation_*.py``, ``templates/nx_evaluation/``
audit                     ``audit.py`` (plain), ``audit_*.py``, ``findings.py``, ``templates/nx_audit/``
dashboard                 ``dashboard*.py``, ``templates/nx_dashboard/``
========================  ==================================================================================

A subject with actions has ``<subject>_actions.py`` and ``<subject>_auth.py`` with ``__all__``; with pages,
``<subject>_views.py`` with a blueprint; with template helpers, ``<subject>_helpers.py`` with ``__all__``. Tables stand
in ``model.py`` or ``<subject>_model.py``, one Alembic revision a subject in ``migration/nxopendata_register``. Every
change is written by :func:`.log.write`; who may do what is asked of :mod:`.roles`; systems are read by
:mod:`.systems` as :class:`.record.System`.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.cli import nx
from ckanext.nxopendata.core.notifications import notify
from ckanext.nxopendata.register import cli, payload_guard
from ckanext.nxopendata.register.audit import actions as audit_actions
from ckanext.nxopendata.register.audit import auth as audit_auth
from ckanext.nxopendata.register.audit import findings
from ckanext.nxopendata.register.audit import helpers as audit_helpers
from ckanext.nxopendata.register.audit import views as audit_views
from ckanext.nxopendata.register.dashboard import actions as dashboard_actions
from ckanext.nxopendata.register.dashboard import auth as dashboard_auth
from ckanext.nxopendata.register.dashboard import helpers as dashboard_helpers
from ckanext.nxopendata.register.dashboard import views as dashboard_views
from ckanext.nxopendata.register.evaluation import actions as evaluation_actions
from ckanext.nxopendata.register.evaluation import auth as evaluation_auth
from ckanext.nxopendata.register.evaluation import helpers as evaluation_helpers
from ckanext.nxopendata.register.evaluation import procedure
from ckanext.nxopendata.register.evaluation import views as evaluation_views
from ckanext.nxopendata.register.official_tables import actions as tables_actions
from ckanext.nxopendata.register.official_tables import auth as tables_auth
from ckanext.nxopendata.register.official_tables import views as tables_views
from ckanext.nxopendata.register.reports import actions as reports_actions
from ckanext.nxopendata.register.reports import auth as reports_auth
from ckanext.nxopendata.register.reports import collection
from ckanext.nxopendata.register.reports import helpers as reports_helpers
from ckanext.nxopendata.register.reports import views as reports_views
from ckanext.nxopendata.register.supervision import actions as supervision_actions
from ckanext.nxopendata.register.supervision import auth as supervision_auth
from ckanext.nxopendata.register.supervision import views as supervision_views
from ckanext.nxopendata.register.systems import actions, auth, chained, helpers, validators, views, visibility

ACTIONS = (
    actions,
    audit_actions,
    chained,
    dashboard_actions,
    evaluation_actions,
    reports_actions,
    supervision_actions,
    tables_actions,
)
AUTH = (audit_auth, auth, dashboard_auth, evaluation_auth, reports_auth, supervision_auth, tables_auth)
HELPERS = (audit_helpers, dashboard_helpers, evaluation_helpers, helpers, reports_helpers)
BLUEPRINTS = [
    views.nx_register,
    tables_views.nx_register_tables,
    supervision_views.nx_register_supervision,
    reports_views.nx_register_reports,
    evaluation_views.nx_register_evaluation,
    audit_views.nx_register_audit,
    dashboard_views.nx_register_dashboard,
]


def _exported(*modules: Any) -> dict[str, Any]:
    return {name: getattr(module, name) for module in modules for name in module.__all__}


def _actions() -> dict[str, Any]:
    ours = [module for module in ACTIONS if module is not chained]
    return {name: payload_guard.guarded(action) for name, action in _exported(*ours).items()} | params.guarded(chained)


for _blueprint in BLUEPRINTS:
    _blueprint.before_request(payload_guard.storable_address)


@tk.blanket.actions(_actions)
@tk.blanket.auth_functions(lambda: _exported(*AUTH))
@tk.blanket.blueprints(BLUEPRINTS)
@tk.blanket.config_declarations
@tk.blanket.helpers(lambda: _exported(*HELPERS))
@tk.blanket.validators(lambda: _exported(validators))
class NxOpendataRegisterPlugin(p.SingletonPlugin, visibility.Labels):
    """The register; stands before ``nxopendata_catalogue``, whose permission labels it extends."""

    p.implements(p.IClick)
    p.implements(p.IConfigurer)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IPermissionLabels)

    # IClick

    def get_commands(self) -> list[Any]:
        nx.add_command(cli.register)
        return [nx]

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "nxopendata_register")
        for room in (collection, procedure, findings):
            notify.WORDS[room.TOPIC] = room.words

    # IPackageController

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return visibility.without_register(search_params)

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return visibility.index_nothing(pkg_dict)
