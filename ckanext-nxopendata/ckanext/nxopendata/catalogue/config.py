"""The options of the catalogue, one typed reader an option; ``config_declaration.yaml`` describes them."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def default_class() -> str:
    """``ckanext.nxopendata.catalogue.default_class``: the class of datasets that have none, for their code."""
    return tk.config["ckanext.nxopendata.catalogue.default_class"]
