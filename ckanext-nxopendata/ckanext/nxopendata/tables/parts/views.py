"""The button that makes a further table of a file."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import call_action

nx_table_parts = Blueprint("nx_table_parts", __name__)


@nx_table_parts.route("/dataset/<id>/resource/<resource_id>/plan/table", methods=["POST"])
def create(id: str, resource_id: str) -> Any:  # noqa: A002  CKAN's name for it
    """Make the worksheet or area that the form names a file entry of its own."""
    try:
        form = tk.request.form
        call_action("nx_table_part_create", id=resource_id, sheet=form.get("sheet"), area=form.get("area"))
        tk.h.flash_success(tk._("The table is a file entry of its own now; it is being read."))
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file"))
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(map(str, problem.error_summary.values())))
    return tk.redirect_to("nx_table_plans.edit", id=id, resource_id=resource_id)
