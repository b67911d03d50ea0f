"""Pages of the plan's tasks and of the monthly and annual reports."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core import web
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import attachment_store, roles
from ckanext.nxopendata.register.reports import collection, document, reporting_periods

nx_register_reports = Blueprint("nx_register_reports", __name__, url_prefix="/register")

FILES = {
    "docx": document.as_word,
    "pdf": document.as_pdf,
    "csv": document.as_csv,
}


@nx_register_reports.route("/tasks")
def tasks() -> str:
    """The tasks of the plan."""
    choice = {name: value for name in ("owner_org", "state") if (value := tk.request.args.get(name, ""))}
    try:
        found = act("nx_task_list", **choice)
    except tk.ValidationError:
        return tk.abort(400, tk._("There is no such choice"))
    decides = roles.OFFICE in roles.supervising_offices(tk.current_user.name)
    return tk.render("nx_task/list.html", {"tasks": found, "choice": choice, "decides": decides})


@nx_register_reports.route("/tasks/<id>", methods=["GET", "POST"])
def task(id: str) -> Any:  # noqa: A002  CKAN's name for it in addresses
    """One task, its progress, and what the reader may say to it."""
    errors: dict[str, Any] = {}
    form = dict(tk.request.form)
    if tk.request.method == "POST":
        action = "nx_task_decide" if form.get("action") else "nx_task_progress_update"
        try:
            act(action, **{name: value for name, value in form.items() if not name.startswith("_")} | {"id": id})
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_reports.task", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_dict
    shown = act("nx_task_show", id=id)
    user = tk.current_user.name
    mine = [unit for unit in roles.departments(user, write=True) if id in {t.code for t in collection.unit_tasks(unit)}]
    decides = roles.OFFICE in roles.supervising_offices(user)
    own = None if roles.sees_all(user) else roles.departments(user)
    files = attachment_store.list_attachments("task", id, reader_language(), own)
    return tk.render(
        "nx_task/read.html",
        {
            "task": shown,
            "mine": mine,
            "decides": decides,
            "errors": errors,
            "data": form,
            "month": today(),
            "files": files,
        },
    )


@nx_register_reports.route("/reports")
def index() -> str:
    """The reports that the reader may see, and for the offices the summaries."""
    choice = {name: value for name in ("kind", "period", "state") if (value := tk.request.args.get(name, ""))}
    try:
        found = act("nx_report_list", **choice)
    except tk.ValidationError:
        return tk.abort(400, tk._("There is no such choice"))
    periods = list(dict.fromkeys((each["kind"], each["period"]) for each in found))
    offices = roles.sees_all(tk.current_user.name)
    return tk.render("nx_report/list.html", {"reports": found, "choice": choice, "rounds": periods, "offices": offices})


@nx_register_reports.route("/reports/<id>", methods=["GET", "POST"])
def show(id: str) -> Any:  # noqa: A002  the same
    """One report: its figures, its texts, and for its unit the form."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        texts = {name: value for name, value in tk.request.form.items() if name in _NAMES}
        try:
            if "reason" in tk.request.form:
                act("nx_report_return", id=id, reason=tk.request.form["reason"])
            elif tk.request.form.get("confirmed"):
                act("nx_report_submit", id=id)
            else:
                kept = act("nx_report_update", id=id, **texts)
                if tk.request.form.get("submit"):
                    collection.check_texts(kept["kind"], kept["texts"])
            if tk.request.form.get("submit"):  # it is handed in on the next page, once it was looked through
                return tk.redirect_to("nx_register_reports.show", id=id, confirm="1")
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_reports.show", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_dict
    shown = act("nx_report_show", id=id)
    mine = roles.find_roles(tk.current_user.name, shown["owner_org"])
    # What the unit said of its tasks in the month that is reported need not be looked for.
    codes = [task.code for task in collection.unit_tasks(shown["owner_org"])]
    said = [
        row for row in collection.list_progress(codes, [shown["owner_org"]]) if row.month.startswith(shown["period"])
    ]
    return tk.render(
        "nx_report/read.html",
        {
            "report": shown,
            "roles": mine,
            "errors": errors,
            "data": _submitted_texts(shown),
            "progress": said,
            "confirming": bool(tk.request.args.get("confirm")) and not errors,
        },
    )


def _submitted_texts(report: dict[str, Any]) -> dict[str, str]:
    """The texts as just typed, else as kept."""
    return report["texts"] | {name: value for name in _NAMES if (value := tk.request.form.get(name))}


_NAMES = frozenset(name for names in collection.TEXTS.values() for name in names)


@nx_register_reports.route("/summaries/<kind>/<period>")
def summary(kind: str, period: str) -> str:
    """The office's summary of a round."""
    found = _summary(kind, period)
    return tk.render("nx_report/summary.html", {"summary": found, "paper": document.paper(found)})


@nx_register_reports.route("/summaries/<kind>/<period>.<form>")
def summary_file(kind: str, period: str, form: str) -> Response:
    """The same as a file."""
    if form not in FILES:
        return tk.abort(404)
    paper = document.paper(_summary(kind, period))
    return web.download(FILES[form](paper), f"{paper.title}.{form}", web.MEDIA_TYPES[form])


def _summary(kind: str, period: str) -> dict[str, Any]:
    if kind not in reporting_periods.KINDS:
        return tk.abort(404)
    return act("nx_report_summary", kind=kind, period=period)
