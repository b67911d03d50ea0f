"""Wiring of the search: Chinese as people type it."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.common import CKANConfig
from ckan.types import Context

from ckanext.nxopendata.core import caching, ckan_gaps, departments, solr_connection, wiring
from ckanext.nxopendata.core.caching.wiring import CachingPlugin
from ckanext.nxopendata.search import query, suggestions
from ckanext.nxopendata.search.indexing import index_document, popularity, table_headers
from ckanext.nxopendata.search.query import query_check, solr_query

SUBJECTS = (query, suggestions)


@tk.blanket.actions(wiring.actions(SUBJECTS))
@tk.blanket.auth_functions(wiring.auth_functions(SUBJECTS))
@tk.blanket.blueprints(wiring.blueprints(SUBJECTS))
@tk.blanket.helpers(wiring.helpers(SUBJECTS))
class NxOpendataSearchPlugin(p.SingletonPlugin, CachingPlugin):
    """Adds to the index what people type; stands after nxopendata_catalogue, which makes the document."""

    p.implements(p.IConfigDeclaration)
    p.implements(p.IConfigurable)
    p.implements(p.IMiddleware, inherit=True)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IResourceController, inherit=True)

    # IConfigurable

    def configure(self, config: CKANConfig) -> None:
        super().configure(config)
        ckan_gaps.reuse_solr_connections()
        ckan_gaps.index_later_in_an_outage()
        solr_connection.adjustments["large phrases"] = query_check.leave_out_large_phrases

    # IPackageController

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        name = pkg_dict.get("organization")
        caching.invalidate()
        pkg_dict = pkg_dict | {popularity.FIELD: popularity.read_views(pkg_dict["id"])}
        return index_document.build_document(
            pkg_dict, departments.title(name, "zh") if name else "", table_headers.list_headers(pkg_dict)
        )

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        query_check.check(search_params)
        return solr_query.add_weights(search_params)

    def after_dataset_search(self, search_results: dict[str, Any], search_params: dict[str, Any]) -> dict[str, Any]:
        return search_results | ({"partial": True} if solr_connection.last_is_partial() else {})

    # IResourceController

    def after_resource_create(self, context: Context, resource: dict[str, Any]) -> None:
        table_headers.index_again(resource)

    def after_resource_update(self, context: Context, resource: dict[str, Any]) -> None:
        table_headers.index_again(resource)
