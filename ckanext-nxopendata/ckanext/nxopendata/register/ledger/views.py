"""Pages of the ledger: changing tasks, units' steps, notices, what was sent to the State."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.ledger import auth
from ckanext.nxopendata.register.ledger.models import DISPATCH_KINDS, NOTICE_KINDS
from ckanext.nxopendata.register.web import flash_refusal

nx_register_ledger = Blueprint("nx_register_ledger", __name__, url_prefix="/register")

CHANGES = {"amend": "nx_task_amend", "split": "nx_task_split"}


@nx_register_ledger.route("/tasks/add", methods=["GET", "POST"])
def task_add() -> Any:
    """The form of a task that the office adds."""
    if not permissions.is_office({"user": tk.current_user.name}):
        return tk.abort(403, tk._("This is for the department itself and the supervising offices"))
    errors: dict[str, Any] = {}
    form = _form()
    if tk.request.method == "POST":
        try:
            return tk.redirect_to("nx_register_reports.task", id=act("nx_task_add", **form)["id"])
        except tk.ValidationError as problem:
            errors = problem.error_dict
    return tk.render("nx_ledger/task_add.html", {"data": form, "errors": errors})


@nx_register_ledger.route("/tasks/<id>/change", methods=["POST"])
def task_change(id: str) -> Any:  # noqa: A002  CKAN's name for it in addresses
    """Postpone, reassign or split a task."""
    form = _form()
    action = CHANGES.get(form.pop("change", ""))
    return _then(action, "nx_register_reports.task", form | {"id": id}, id=id)


@nx_register_ledger.route("/tasks/<id>/steps", methods=["POST"])
def step_add(id: str) -> Any:  # noqa: A002  the same
    """Enter a step of a unit."""
    return _then("nx_task_step_create", "nx_register_reports.task", _form() | {"task": id}, id=id)


@nx_register_ledger.route("/tasks/<id>/steps/<step>", methods=["POST"])
def step_done(id: str, step: str) -> Any:  # noqa: A002  the same
    """Say that a step is done, or is not."""
    done = today().isoformat() if tk.request.form.get("done") else ""
    return _then("nx_task_step_update", "nx_register_reports.task", {"id": step, "done": done}, id=id)


@nx_register_ledger.route("/notices", methods=["GET", "POST"])
def notice_list() -> Any:
    """Notices to units, and the form of a new one."""
    errors: dict[str, Any] = {}
    form = _form()
    if tk.request.method == "POST":
        try:
            act("nx_supervision_notice_create", **form)
            tk.h.flash_success(tk._("The notice was sent to the unit"))
            return tk.redirect_to("nx_register_ledger.notice_list")
        except tk.ValidationError as problem:
            errors = problem.error_dict
    user = tk.current_user.name
    found = act("nx_supervision_notice_list")
    mine = {row["id"] for row in found if permissions.is_editor({"user": user}, row["owner_org"])}
    shown = {"notices": found, "mine": mine, "issues": auth.issues_notices(user), "kinds": NOTICE_KINDS}
    return tk.render("nx_ledger/notices.html", shown | {"data": form, "errors": errors, "asked": tk.request.args})


@nx_register_ledger.route("/notices/<id>", methods=["POST"])
def notice_step(id: str) -> Any:  # noqa: A002  the same
    """Reply to a notice, close it, or return the reply."""
    form = _form()
    action = "nx_supervision_notice_end" if form.get("action") else "nx_supervision_notice_reply"
    return _then(action, "nx_register_ledger.notice_list", form | {"id": id})


@nx_register_ledger.route("/dispatches", methods=["GET", "POST"])
def dispatch_list() -> Any:
    """What was sent to the State, and the form that puts it down."""
    errors: dict[str, Any] = {}
    form = _form()
    if tk.request.method == "POST":
        try:
            act("nx_dispatch_create", **form, upload=tk.request.files.get("upload"))
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_ledger.dispatch_list")
        except tk.ValidationError as problem:
            errors = problem.error_dict
    shown = {"dispatches": act("nx_dispatch_list"), "sends": auth.sends_to_the_state(tk.current_user.name)}
    return tk.render(
        "nx_ledger/dispatches.html",
        shown | {"kinds": DISPATCH_KINDS, "data": form, "errors": errors, "today": today().isoformat()},
    )


def _form() -> dict[str, Any]:
    """What the form sent; several choices of one list are joined as the actions take them."""
    return {
        name: "；".join(value for value in values if value)
        for name, values in tk.request.form.lists()
        if not name.startswith("_")
    }


def _then(action: str | None, endpoint: str, data: dict[str, Any], **values: str) -> Any:
    """Call an action, and come back to a page that says how it went."""
    if action is None:
        return tk.abort(404)
    try:
        act(action, **data)
        tk.h.flash_success(tk._("Saved"))
    except tk.ValidationError as problem:
        flash_refusal(problem)
    return tk.redirect_to(endpoint, **values)
