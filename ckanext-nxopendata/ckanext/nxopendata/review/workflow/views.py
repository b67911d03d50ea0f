"""Pages of the review: the queue, and one case."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act, call_action, require_login

nx_review = Blueprint("nx_review", __name__)

PAGE = 50


def require_reader() -> None:
    require_login(tk._("Log in to see what waits for your review"))


@nx_review.route("/review")
def queue() -> str:
    """What waits for the reader, their notices, and their department's overdue datasets."""
    require_reader()
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


@nx_review.route("/review/notices/read", methods=["POST"])
def read_notices() -> Any:
    """Mark the reader's notices as read."""
    require_reader()
    act("nx_notice_read")
    return tk.redirect_to("nx_review.queue")


@nx_review.route("/review/<case_id>")
def show(case_id: str, errors: dict[str, Any] | None = None, typed: dict[str, str] | None = None) -> str:
    """One case: its difference, what the rules say, its log, and the steps the reader may take."""
    require_reader()
    case = act("nx_review_show", id=case_id)
    return tk.render("nx_review/case.html", {"case": case, "errors": errors or {}, "typed": typed or {}})


@nx_review.route("/review/<case_id>", methods=["POST"])
def decide(case_id: str) -> Any:
    """Take a step, and come back to the case."""
    require_reader()
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
    require_reader()
    try:
        case = call_action("nx_review_show", id=name)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("This review is for the department and the supervising office"))
    return tk.redirect_to("nx_review.show", case_id=case["id"])
