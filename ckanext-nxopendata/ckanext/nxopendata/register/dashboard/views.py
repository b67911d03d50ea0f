"""The page of the dashboards."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act

nx_register_dashboard = Blueprint("nx_register_dashboard", __name__, url_prefix="/register")


@nx_register_dashboard.route("/overview")
def overview() -> str:
    """What is asked of the reader's units; for the offices what the whole plan looks like."""
    return tk.render("nx_dashboard/overview.html", {"dashboard": act("nx_register_dashboard")})
