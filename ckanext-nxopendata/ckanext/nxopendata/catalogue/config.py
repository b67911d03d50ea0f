"""The options of the catalogue, one typed reader an option; ``config_declaration.yaml`` describes them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import localised


def languages() -> tuple[str, ...]:
    """``ckanext.nxopendata.catalogue.languages``: of localised fields; the first is required, and always Chinese."""
    chosen = tk.config["ckanext.nxopendata.catalogue.languages"]
    return tuple(dict.fromkeys([localised.DEFAULT, *chosen]))


def default_class() -> str:
    """``ckanext.nxopendata.catalogue.default_class``: the class of datasets that have none, for their code."""
    return tk.config["ckanext.nxopendata.catalogue.default_class"]


def review() -> str:
    """``ckanext.nxopendata.catalogue.review``: how departments are reviewed that do not say so themselves."""
    return tk.config["ckanext.nxopendata.catalogue.review"]


def supervising_organization() -> str:
    """``ckanext.nxopendata.catalogue.supervising_organization``: name of the office that publishes; "" if none."""
    return tk.config["ckanext.nxopendata.catalogue.supervising_organization"]


def review_days(state: str) -> int:
    """``ckanext.nxopendata.catalogue.review_days_head`` or ``…_office``: working days for a decision."""
    level = "head" if state == "submitted" else "office"
    return tk.config[f"ckanext.nxopendata.catalogue.review_days_{level}"]


def workdays_file() -> str:
    """``ckanext.nxopendata.catalogue.workdays_file``: the operator's calendar; "" for the one shipped."""
    return tk.config["ckanext.nxopendata.catalogue.workdays_file"]
