"""Pages of the yearly evaluation."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core import web
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.evaluation import document, procedure
from ckanext.nxopendata.register.reports.views import FILES

nx_register_evaluation = Blueprint("nx_register_evaluation", __name__, url_prefix="/register/evaluation")

STEPS = ("collect", "send", "publish")


@nx_register_evaluation.route("", methods=["GET", "POST"])
def index() -> Any:
    """The years, what the reader's units scored, and for the office the steps; a POST takes one."""
    user = tk.current_user.name if tk.current_user.is_authenticated else None
    if tk.request.method == "POST":
        step = tk.request.form.get("step", "")
        if step not in STEPS:
            return tk.abort(400)
        try:
            made = act(f"nx_evaluation_{step}", year=tk.request.form.get("year", ""))
            tk.h.flash_success(tk._("Done for {count} units").format(count=next(iter(made.values()))))
        except tk.ValidationError as problem:
            tk.h.flash_error("；".join(map(str, problem.error_summary.values())))
        return tk.redirect_to("nx_register_evaluation.index")
    office = roles.OFFICE in roles.supervising_offices(user)
    everything = roles.sees_all(user)
    mine = roles.departments(user)
    found = act("nx_evaluation_list") if everything or mine else []
    years = procedure.years(published=not everything)
    return tk.render(
        "nx_evaluation/index.html",
        {
            "office": office,
            "years": years,
            "published": procedure.years(published=True),
            "this_year": today().year,
            "mine": [row for row in found if row["owner_org"] in mine],
            "open": [row for row in found if row["state"] != "published"] if everything else [],
        },
    )


@nx_register_evaluation.route("/<int:year>")
def report(year: int) -> str:
    """The report of a year: the ranking, the scores, the advice."""
    return tk.render("nx_evaluation/report.html", {"report": act("nx_evaluation_report", year=year)})


@nx_register_evaluation.route("/<int:year>.<form>")
def report_file(year: int, form: str) -> Response:
    """The same as a file."""
    if form not in FILES:
        return tk.abort(404)
    paper = document.paper(act("nx_evaluation_report", year=year))
    return web.download(FILES[form](paper), f"{paper.title}.{form}", web.MEDIA_TYPES[form])


@nx_register_evaluation.route("/units/<id>", methods=["GET", "POST"])
def show(id: str) -> Any:  # noqa: A002  CKAN's name for it in addresses
    """One unit in one year: the arithmetic, the records, the trend; a POST says something to it."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        try:
            _say(id)
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_evaluation.show", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_summary
    shown = act("nx_evaluation_show", id=id)
    user = tk.current_user.name if tk.current_user.is_authenticated else None
    trend = [row for row in act("nx_evaluation_list", owner_org=shown["owner_org"]) if row["state"] == "published"]
    return tk.render(
        "nx_evaluation/read.html",
        {
            "evaluation": shown,
            "whole": "log" in shown,
            "errors": errors,
            "data": tk.request.form,
            "office": roles.OFFICE in roles.supervising_offices(user),
            "answers": roles.HEAD in roles.find_roles(user, shown["owner_org"])
            and shown["state"] in procedure.ANSWERABLE
            and (not shown["due"] or today().isoformat() <= shown["due"]),
            "trend": trend,
        },
    )


def _say(identifier: str) -> None:
    form = tk.request.form
    step = form.get("step", "")
    if step in ("confirm", "object"):
        act("nx_evaluation_answer", id=identifier, confirm=step == "confirm", objection=form.get("objection", ""))
    elif step in ("accept", "reject"):
        act("nx_evaluation_reply", id=identifier, accepted=step == "accept", reply=form.get("reply", ""))
    elif step == "advise":
        act("nx_evaluation_update", id=identifier, advice=form.get("advice", ""))
    elif step == "correct":
        names = ("indicator", "numerator", "denominator", "reason")
        act("nx_evaluation_update", id=identifier, **{name: form.get(name, "") for name in names})
    elif step == "collect":
        shown = act("nx_evaluation_show", id=identifier)
        act("nx_evaluation_collect", year=shown["year"], owner_org=shown["owner_org"])
    else:
        tk.abort(400)
