"""Pages about who provides what: ``/sources/basic`` and ``/sources/overlaps``."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import act, csv_response, require_login

nx_sources = Blueprint("nx_sources", __name__, url_prefix="/sources")


@nx_sources.route("/basic")
def basic_resources() -> Any:
    """Basic information resources: what is expected, who provides and uses it, what is missing."""
    require_login(tk._("Log in to see who provides basic information resources"))
    return tk.render("nx_catalogue/basic_resources.html", act("nx_basic_resource_list"))


@nx_sources.route("/overlaps")
def overlap_list() -> Any:
    """Datasets of several departments that seem to hold the same."""
    require_login(tk._("Log in to see datasets that overlap"))
    return tk.render("nx_catalogue/overlaps.html", {"overlaps": act("nx_dataset_overlap_list")})


@nx_sources.route("/overlaps.csv")
def overlaps_csv() -> Any:
    """The same as CSV, a line a dataset."""
    require_login(tk._("Log in to see datasets that overlap"))
    head = [_("Group"), _("Kind"), _("Department"), _("Dataset"), _("Share type"), _("Open to everybody")]
    rows: list[list[object]] = [[str(text) for text in head]]
    for number, overlap in enumerate(act("nx_dataset_overlap_list"), 1):
        for dataset in overlap["datasets"]:
            share_type = codelists.label("share_type", dataset["share_type"], reader_language())
            public = tk._("Yes") if dataset["public"] else tk._("No")
            kind = tk.h.nx_overlap_kind(overlap["kind"])
            rows.append([number, kind, dataset["department"], dataset["title"], share_type, public])
    return csv_response(rows, "overlaps.csv")
