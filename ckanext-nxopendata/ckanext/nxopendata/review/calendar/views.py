"""The page of the calendar."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.review.workflow.views import nx_review, require_reader


@nx_review.route("/review/calendar", methods=["GET", "POST"])
def calendar() -> Any:
    """The holidays and worked weekends that deadlines go by; a POST replaces them."""
    require_reader()
    shown, errors = act("nx_workdays_show"), []
    if tk.request.method == "POST":
        try:
            act("nx_workdays_update", csv=tk.request.form.get("csv", ""))
            tk.h.flash_success(tk._("The calendar is saved; new deadlines go by it."))
            return tk.redirect_to("nx_review.calendar")
        except tk.ValidationError as error:
            errors = error.error_dict["csv"]
            shown["csv"] = tk.request.form.get("csv", "")
    try:
        tk.check_access("nx_workdays_update", {"user": tk.current_user.name}, {})
        may_edit = True
    except tk.NotAuthorized:
        may_edit = False
    return tk.render("nx_review/calendar.html", {"calendar": shown, "errors": errors, "may_edit": may_edit})
