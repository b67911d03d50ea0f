"""Pages beside a dataset's: its history, and feedback from both sides."""

from __future__ import annotations

from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.views import dataset as ckan_dataset
from flask import Blueprint

from ckanext.nxopendata.core.web import act, call_action, pager, require_login
from ckanext.nxopendata.portal.feedback import feedback_cases

feedback_pages = Blueprint("nx_feedback", __name__)

PAGE = 20


def _dataset(dataset_id: str) -> dict[str, Any]:
    try:
        return call_action("package_show", id=dataset_id)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset"))


@feedback_pages.route("/dataset/<dataset_id>/history")
def history(dataset_id: str) -> str:
    """All public versions of a dataset and what changed."""
    pkg = _dataset(dataset_id)
    if version := tk.request.args.get("version", ""):
        found = call_action("nx_dataset_versions", id=pkg["id"], version=version.replace("\0", ""), limit=1)
        return tk.render("nx/history.html", {"pkg": pkg, "versions": found["results"], "page": {}, "alone": True})
    page = tk.h.get_page_number(tk.request.args)
    found = call_action("nx_dataset_versions", id=pkg["id"], limit=PAGE, offset=(page - 1) * PAGE)
    numbers = pager(page, found["count"], PAGE)
    return tk.render("nx/history.html", {"pkg": pkg, "versions": found["results"], "page": numbers})


@feedback_pages.route("/dataset/<dataset_id>/feedback", methods=["GET", "POST"])
def new(dataset_id: str) -> Any:
    """The form for everybody."""
    pkg = _dataset(dataset_id)
    values = {name: tk.request.form.get(name, "").strip() for name in ("kind", "text", "name", "email")}
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        # A field that people do not see: what fills it in is a machine, and learns nothing.
        machine = bool(tk.request.form.get("website"))
        try:
            if not machine:
                call_action("nx_feedback_create", id=pkg["id"], **values)
            tk.h.flash_success(tk._("Thank you. What you wrote is shown here once the department has looked at it."))
            return tk.redirect_to("dataset.read", id=pkg["name"], _anchor="nx-feedback")
        except tk.ValidationError as problem:
            errors = problem.error_dict
    return tk.render("nx/feedback.html", {"pkg": pkg, "values": values, "errors": errors})


@feedback_pages.route("/feedback", methods=["GET"])
def index() -> Any:
    """What waits for an answer of the reader's departments."""
    require_login(tk._("Log in to see what readers wrote to your department"))
    if feedback_cases.is_on():
        return tk.redirect_to("nx_cases.desk", kind=feedback_cases.KIND)
    return tk.render("nx/feedback_waiting.html", {"waiting": call_action("nx_feedback_waiting")})


@feedback_pages.route("/feedback/<feedback_id>", methods=["POST"])
def decide(feedback_id: str) -> Any:
    """Publish or refuse."""
    form = tk.request.form
    answer = form.get("answer", "").strip()
    try:
        act("nx_feedback_decide", id=feedback_id, state=form.get("state", ""), answer=answer)
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(problem.error_summary.values()))
    return tk.redirect_to("nx_feedback.index")


def read(package_type: str, id: str) -> Any:  # noqa: A002  the name in the address
    """The page of a dataset, in place of CKAN's view where there is one to read.

    CKAN's view asks the database for the views of each file and for followers, of which our page shows nothing.
    """
    context: Any = {"user": tk.current_user.name, "for_view": True, "auth_user_obj": tk.current_user}
    try:
        pkg = tk.get_action("package_show")(context, {"id": id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return _tombstone(id) or ckan_dataset.read(package_type, id)
    if id != pkg["name"] or tk.request.args.get("activity_id"):
        return ckan_dataset.read(package_type, id)
    tk.g.pkg_dict, tk.g.pkg = pkg, context["package"]
    kind = pkg["type"] or package_type
    template = ckan_dataset._get_pkg_template("read_template", kind)
    return tk.render(template, {"dataset_type": kind, "pkg_dict": pkg, "am_following": False})


def _tombstone(reference: str) -> Any:
    """The page of a dataset that was withdrawn, gone (410); None of every other."""
    if not p.plugin_loaded("nxopendata_review"):
        return None
    try:
        withdrawal = call_action("nx_dataset_withdrawal_show", id=reference)
    except tk.ObjectNotFound:
        return None
    return tk.render("nx/withdrawn.html", {"withdrawal": withdrawal}), 410
