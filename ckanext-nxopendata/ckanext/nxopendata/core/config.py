"""The options of the floor, one typed reader an option; ``catalogue/config_declaration.yaml`` describes them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def default_review_mode() -> str:
    """Return ``ckanext.nxopendata.catalogue.review``: how departments are reviewed that do not say so themselves."""
    return tk.config["ckanext.nxopendata.catalogue.review"]


def supervising_organization() -> str:
    """Return ``ckanext.nxopendata.catalogue.supervising_organization``: name of the office that publishes, or ""."""
    return tk.config["ckanext.nxopendata.catalogue.supervising_organization"]


def workdays_file() -> str:
    """Return ``ckanext.nxopendata.catalogue.workdays_file``: the operator's calendar; "" for the one shipped."""
    return tk.config["ckanext.nxopendata.catalogue.workdays_file"]


def user_agent() -> str:
    """Return who sends the requests to other servers, and where to complain."""
    return f"nxopendata-harvester/1.0 (+{tk.config['ckan.site_url']})"


def timer_seconds() -> int:
    """Return ``ckanext.nxopendata.core.timer_seconds``: from one look at the scheduled tasks to the next."""
    return tk.config.get("ckanext.nxopendata.core.timer_seconds", 60)
