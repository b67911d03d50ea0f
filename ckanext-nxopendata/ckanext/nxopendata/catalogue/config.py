"""The options of the catalogue, one typed reader an option; ``config_declaration.yaml`` describes them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.config import supervising_organization, workdays_file

__all__ = ["default_class", "languages", "review_days", "supervising_organization", "workdays_file"]


def languages() -> tuple[str, ...]:
    """``ckanext.nxopendata.catalogue.languages``: of localised fields; the first is required, and always Chinese."""
    chosen = tk.config["ckanext.nxopendata.catalogue.languages"]
    return tuple(dict.fromkeys([localised.DEFAULT, *chosen]))


def default_class() -> str:
    """``ckanext.nxopendata.catalogue.default_class``: the class of datasets that have none, for their code."""
    return tk.config["ckanext.nxopendata.catalogue.default_class"]


def review_days(state: str) -> int:
    """``ckanext.nxopendata.catalogue.review_days_head`` or ``…_office``: working days for a decision."""
    level = "head" if state == "submitted" else "office"
    return tk.config[f"ckanext.nxopendata.catalogue.review_days_{level}"]
