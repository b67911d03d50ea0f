"""The page that brings a withdrawn dataset back."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.harvest.views import nx_harvest


@nx_harvest.route("/dataset/<dataset_id>/restore", methods=["GET", "POST"])
def restore(dataset_id: str) -> Any:
    """Ask, then bring a withdrawn dataset back to the public."""
    require_access("nx_harvest_dataset_restore", id=dataset_id)
    dataset = act("package_show", id=dataset_id)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/restore.html", {"dataset": dataset})
    act("nx_harvest_dataset_restore", id=dataset_id)
    tk.h.flash_success(tk._("The dataset is public again"))
    return tk.redirect_to("dataset.read", id=dataset["name"])
