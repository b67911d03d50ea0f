"""Pages of the review, and the lists of the plan."""

from __future__ import annotations

import itertools
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act, call_action, csv_response, require_login
from ckanext.nxopendata.review import catalogue_lists

nx_review = Blueprint("nx_review", __name__)

PAGE = 50
CODED = {"nx_share_type": "share_type", "nx_is_open": "is_open", "nx_update_cycle": "update_cycle"}


def _logged_in() -> None:
    require_login(tk._("Log in to see what waits for your review"))


@nx_review.route("/review")
def queue() -> str:
    """What waits for the reader, their notices, and their department's overdue datasets."""
    _logged_in()
    show_all = tk.request.args.get("all") == "1"
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_review_list", all=show_all, limit=PAGE, offset=(page - 1) * PAGE)
    return tk.render(
        "nx_review/queue.html",
        {
            "cases": found["results"],
            "count": found["count"],
            "show_all": show_all,
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "notices": act("nx_notice_list"),
            "overdue": tk.h.nx_overdue_datasets(),
        },
    )


@nx_review.route("/review/calendar", methods=["GET", "POST"])
def calendar() -> Any:
    """The holidays and worked weekends that deadlines go by; a POST replaces them."""
    _logged_in()
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


@nx_review.route("/review/notices/read", methods=["POST"])
def read_notices() -> Any:
    """Mark the reader's notices as read."""
    _logged_in()
    act("nx_notice_read")
    return tk.redirect_to("nx_review.queue")


@nx_review.route("/review/<case_id>")
def show(case_id: str, errors: dict[str, Any] | None = None, typed: dict[str, str] | None = None) -> str:
    """One case: its difference, what the rules say, its log, and the steps the reader may take."""
    _logged_in()
    case = act("nx_review_show", id=case_id)
    return tk.render("nx_review/case.html", {"case": case, "errors": errors or {}, "typed": typed or {}})


@nx_review.route("/review/<case_id>", methods=["POST"])
def decide(case_id: str) -> Any:
    """Take a step, and come back to the case."""
    _logged_in()
    form = {name: tk.request.form.get(name, "") for name in ("action", "opinion", "release_at")}
    try:
        done = act("nx_review_decide", id=case_id, **form)
    except tk.ValidationError as refusal:
        return show(case_id, refusal.error_dict, form)
    tk.h.flash_success(tk._("Done: {state}").format(state=tk.h.nx_review_state(done["state"])))
    return tk.redirect_to("nx_review.show", case_id=done["id"])


@nx_review.route("/dataset/<name>/review")
def of_dataset(name: str) -> Any:
    """The case of a dataset: its pending change, else its own."""
    _logged_in()
    try:
        case = call_action("nx_review_show", id=name)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("This review is for the department and the supervising office"))
    return tk.redirect_to("nx_review.show", case_id=case["id"])


@nx_review.route("/lists/<kind>")
def plan_list(kind: str) -> str:
    """A list of the plan as a page."""
    if kind not in catalogue_lists.KINDS:
        return tk.abort(404, tk._("There is no such list"))
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_catalogue_list", kind=kind, limit=PAGE, offset=(page - 1) * PAGE, **_choice())
    return tk.render(
        "nx_review/list.html",
        {
            "kind": kind,
            "found": found,
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "choice": _choice(),
            "this_year": today().year,
        },
    )


@nx_review.route("/lists/<kind>.csv")
def plan_csv(kind: str) -> Response:
    """A list of the plan as CSV, UTF-8 with a byte order mark, as spreadsheets want it."""
    if kind not in catalogue_lists.KINDS:
        return tk.abort(404, tk._("There is no such list"))
    language = reader_language()
    heads = [tk.h.nx_list_heading(column) for column in COLUMNS]
    rows = (_row(row, language) for row in catalogue_lists.read_all(language, kind, **_choice()))
    return csv_response(itertools.chain([heads], rows), f"{kind}.csv")


COLUMNS = ("nx_resource_code", "title", "department", *catalogue_lists.FIELDS[1:])


def _choice() -> dict[str, Any]:
    """The year and the department that the address asks for, where they make sense."""
    year, organization = tk.request.args.get("year", ""), tk.request.args.get("organization", "")
    choice: dict[str, Any] = {}
    if year.isascii() and year.isdigit() and len(year) == 4:
        choice["year"] = int(year)
    if organization:
        choice["organization"] = organization
    return choice


def _row(row: dict[str, Any], language: str) -> list[str]:
    return [
        str((codelists.label(CODED[name], row[name], language) if name in CODED else row[name]) or "")
        for name in COLUMNS
    ]
