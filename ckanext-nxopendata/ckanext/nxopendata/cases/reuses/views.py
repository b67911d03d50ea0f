"""The public page of what was made with data."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act, call_limited, pager

nx_case_reuses = Blueprint("nx_case_reuses", __name__)

PAGE = 20


@nx_case_reuses.route("/reuses")
def index() -> str:
    """What was made with data, and who reports it."""
    number, words = tk.h.get_page_number(tk.request.args), tk.request.args.get("q", "")[:100].replace("\0", "")
    found = call_limited("nx_case_reuse_list", q=words, limit=PAGE, offset=(number - 1) * PAGE)
    pages = pager(number, found["count"], PAGE)
    shown = {"reuses": found["results"], "count": found["count"], "q": words, "page": pages}
    return tk.render("nx_cases/reuses.html", shown)


@nx_case_reuses.route("/reuses/<number>/report", methods=["POST"])
def report(number: str) -> Any:
    """Report one, from the list or from the page of a dataset."""
    try:
        act("nx_case_report_create", number=number, reason=tk.request.form.get("reason", ""))
        tk.h.flash_success(tk._("Thank you. The department looks at it."))
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(map(str, problem.error_summary.values())))
    dataset = tk.request.form.get("dataset", "")
    return tk.redirect_to("dataset.read", id=dataset) if dataset else tk.redirect_to("nx_case_reuses.index")
