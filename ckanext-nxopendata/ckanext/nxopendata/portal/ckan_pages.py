"""Our pages of datasets at the addresses, and under the endpoints, of CKAN's views."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.portal.dataset import views as dataset_views
from ckanext.nxopendata.portal.results import views as result_views


def answer_for_ckan(sender: str, blueprint: Blueprint, **rest: Any) -> None:
    """Let our pages answer before the views of a dataset blueprint that CKAN just made; receives its signal.

    CKAN has no hook for a view of another plugin's dataset type, and an address has one endpoint, whose name templates
    and other plugins know.
    """
    if blueprint.name == "dataset" and _page not in blueprint.before_request_funcs.get(None, ()):
        blueprint.before_request(_page)


def _page() -> Any:
    if tk.request.method not in ("GET", "HEAD"):
        return None
    arguments = tk.request.view_args or {}
    if tk.request.endpoint == "dataset.search" and p.plugin_loaded("nxopendata_search"):
        return result_views.page(**arguments)
    if tk.request.endpoint == "dataset.read":
        return dataset_views.read(**arguments)
    return None
