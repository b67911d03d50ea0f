"""The buttons that choose the chart of a table."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import call_action

nx_default_charts = Blueprint("nx_default_charts", __name__)


@nx_default_charts.route("/dataset/<id>/resource/<resource_id>/default-chart", methods=["POST"])
def update(id: str, resource_id: str) -> Any:  # noqa: A002  CKAN's name for it
    """Show the chart of the form first, none, or that of the rules."""
    try:
        call_action("nx_table_default_chart_update", id=resource_id, chart=tk.request.form.get("chart", ""))
        tk.h.flash_success(tk._("The page of the dataset shows what you chose."))
    except (tk.ObjectNotFound, tk.NotAuthorized) as problem:
        if isinstance(problem, tk.ObjectNotFound) or not tk.h.check_access("nx_table_plan_show", {"id": resource_id}):
            return tk.abort(404, tk._("There is no such file"))
        return tk.abort(403, str(problem.message))
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(map(str, problem.error_summary.values())))
    return tk.redirect_to("nx_table_plans.edit", id=id, resource_id=resource_id)
