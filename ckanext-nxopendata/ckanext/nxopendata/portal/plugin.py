"""Wiring of the portal: the public pages and how they look."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import CKANConfig
from ckan.config.declaration import Declaration, Key
from ckan.types import CKANApp, Context
from werkzeug.middleware.proxy_fix import ProxyFix

from ckanext.nxopendata import portal
from ckanext.nxopendata.cases.definitions.kind import Step
from ckanext.nxopendata.cases.interfaces import ICaseFollower
from ckanext.nxopendata.core import caching, ckan_gaps, rate_limit, requirements, sign_in, wiring
from ckanext.nxopendata.core.caching.wiring import CachingPlugin, declare_options
from ckanext.nxopendata.core.edge import request_quota
from ckanext.nxopendata.core.http_security import asset_cache, cors, headers
from ckanext.nxopendata.core.sign_in import authenticator
from ckanext.nxopendata.portal import (
    addresses,
    announcements,
    api,
    ckan_pages,
    dataset,
    mcp,
    outage,
    pages,
    results,
    warmup,
    workbench,
)
from ckanext.nxopendata.portal.dataset import quality
from ckanext.nxopendata.portal.feedback import feedback_cases
from ckanext.nxopendata.portal.results import facets

if TYPE_CHECKING:
    from ckanext.nxopendata.cases.models import Case

NEEDED = (
    "nxopendata_licences",
    "nxopendata_review",
    "nxopendata_catalogue",
    "nxopendata_datasets",
    "nxopendata_organizations",
    "nxopendata_groups",
)
"""Plugins whose pages, helpers and fields the pages of the portal show."""

SUBJECTS = (portal, sign_in, pages, results, workbench, dataset, addresses, announcements, api, mcp)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.cli(wiring.commands(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataPortalPlugin(authenticator.SignInPlugin, p.SingletonPlugin, CachingPlugin):
    """Templates, styles and pages; stands before every plugin whose templates it replaces."""

    p.implements(p.IAuthenticator, inherit=True)
    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)
    p.implements(p.IConfigurer)
    p.implements(p.IFacets, inherit=True)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.ISignal)
    p.implements(ICaseFollower)

    # IConfigDeclaration

    def declare_config_options(self, declaration: Declaration, key: Key) -> None:
        super().declare_config_options(declaration, key)
        for module in (headers, authenticator):
            declare_options(declaration, module.__name__.rpartition(".")[0])

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        super().configure(config)
        authenticator.watch()
        wiring.start_tasks(SUBJECTS)

    # IConfigurer

    def update_config(self, config: CKANConfig) -> None:
        requirements.require(config, "nxopendata_portal", *NEEDED)
        # A page asks nobody else, for a portrait neither.
        config["ckan.gravatar_default"] = "disabled"
        # Which version runs is the operator's business (OWASP ASVS 4.0.3, 14.3.3).
        config["ckan.hide_version"] = True
        tk.add_template_directory(config, "templates")
        tk.add_public_directory(config, "public")
        tk.add_resource("assets", "nxopendata")
        ckan_gaps.read_rdf_profiles_once()

    # IFacets

    def dataset_facets(self, facets_dict: OrderedDict[str, str], package_type: str) -> OrderedDict[str, str]:
        return facets.list_titles(facets.RESULTS)

    def organization_facets(
        self, facets_dict: OrderedDict[str, str], organization_type: str, package_type: str | None
    ) -> OrderedDict[str, str]:
        return facets.list_titles(facets.OF_ONE_DEPARTMENT)

    def group_facets(
        self, facets_dict: OrderedDict[str, str], group_type: str, package_type: str | None
    ) -> OrderedDict[str, str]:
        return facets.list_titles(facets.RESULTS)

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        caching.invalidate()
        return quality.points_for_index(pkg_dict)

    def after_dataset_delete(self, context: Context, pkg_dict: dict[str, Any]) -> None:
        caching.invalidate()

    # ICaseFollower

    def follow_case(self, case: Case, step: Step, role: str, opinion: str, actor: model.User | None) -> None:
        if case.kind == feedback_cases.KIND:
            feedback_cases.follow(case.id, step.action, opinion, actor.id if actor else "")
            caching.invalidate()

    # ISignal

    def get_signal_subscriptions(self) -> dict[Any, Any]:
        # Each kind of dataset has its blueprint, made anew for each application.
        return {tk.signals.register_blueprint: [{"sender": "dataset", "receiver": ckan_pages.answer_for_ckan}]}

    # IMiddleware

    def make_middleware(self, app: CKANApp, config: CKANConfig) -> CKANApp:
        ckan_gaps.check_csrf_of_every_request(app)
        if proxies := config["ckanext.nxopendata.proxies"]:
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)
        app.wsgi_app = asset_cache.keep_hashed_assets(app.wsgi_app)
        headers.install(app)
        cors.install(app)
        outage.install(app)
        app.after_request(rate_limit.add_headers)
        request_quota.install(app)
        warmup.prepare_for_first_reader()
        return super().make_middleware(app, config)
