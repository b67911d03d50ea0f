"""Pages of the review: the queue, and one case."""

from __future__ import annotations

import dataclasses
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.web import act, call_action, require_login
from ckanext.nxopendata.review.workflow import cases, selection, state_machine

nx_review = Blueprint("nx_review", __name__)

PAGE = 50
ENDED = (state_machine.WITHDRAWN, state_machine.REFUSED)
OFFERED = (
    "submit",
    "forward",
    "register",
    "request",
    "publish",
    "return",
    "refuse",
    "recall",
    "revise",
    "restore",
    "reopen",
    "discard",
    "withdraw",
    "edit",
)
"""The work for many, in the order of its buttons."""


def require_reader() -> None:
    require_login(tk._("Log in to see what waits for your review"))


@nx_review.before_app_request
def lead_to_bulk_work() -> Any:
    """Lead from CKAN's page of bulk work, whose buttons are refused where datasets are reviewed, to ours."""
    if tk.request.endpoint != "organization.bulk_process":
        return None
    name = (tk.request.view_args or {}).get("id") or ""
    if not roles.needs_review({"user": getattr(tk.current_user, "name", "")}, name):
        return None
    return tk.redirect_to("nx_review.queue", scope=selection.EVERY, organization=name)


@nx_review.route("/review")
def queue() -> str:
    """What waits for the reader, what is under review, or every dataset; with the work that can be done for many."""
    require_reader()
    asked = read_filter()
    page = tk.h.get_page_number(tk.request.args)
    errors: dict[str, Any] = {}
    try:
        found = act("nx_review_list", facets=True, limit=PAGE, offset=(page - 1) * PAGE, **asked)
    except tk.ValidationError as problem:
        errors, asked = (
            problem.error_dict,
            {"scope": asked.get("scope", "")} if "scope" not in problem.error_dict else {},
        )
        found = act("nx_review_list", facets=True, limit=PAGE, **asked)
    return tk.render(
        "nx_review/queue.html",
        {
            "cases": found["results"],
            "count": found["count"],
            "states": found["states"],
            "organizations": found["organizations"],
            "asked": asked,
            "errors": errors,
            "actions": list_offered(found["results"]),
            "selected": tk.request.args.get("select") == "all",
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "notices": act("nx_notice_list"),
            "overdue": tk.h.nx_overdue_datasets(PAGE),
        },
    )


def read_filter() -> dict[str, str]:
    """What the address or the form says of the filter of a list of cases; ``all=1`` is an older way to say it."""
    names = [field.name for field in dataclasses.fields(selection.Filter)]
    asked = {name: tk.request.values.get(name, "").strip() for name in names}
    if tk.request.values.get("all") == "1" and not asked["scope"]:
        asked["scope"] = selection.RUNNING
    return {name: value for name, value in asked.items() if value}


def list_offered(rows: list[dict[str, Any]]) -> list[str]:
    """Return the steps that the reader may take for some of the cases (as :func:`nx_review_list` gives them)."""
    user, offered = tk.current_user.name, set[str]()
    for owner, kind, state in {(row["owner_org"], row["kind"], row["state"]) for row in rows}:
        held, mode = roles.find_roles(user, owner), cases.find_mode_of(owner)
        offered |= {step.action for step in state_machine.list_possible_steps(state, held, mode, kind)}
        if state_machine.EDITOR in held and state not in (*state_machine.LOCKED, *ENDED):
            offered.add("edit")
    return [action for action in OFFERED if action in offered]


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


@nx_review.route("/dataset/<dataset_id>/review")
def of_dataset(dataset_id: str) -> Any:
    """The case of a dataset: its pending change, else its own."""
    require_reader()
    try:
        case = call_action("nx_review_show", id=dataset_id)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("Dataset not found"))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("This review is for the department and the supervising office"))
    return tk.redirect_to("nx_review.show", case_id=case["id"])
