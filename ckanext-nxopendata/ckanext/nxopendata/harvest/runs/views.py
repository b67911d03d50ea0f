"""Pages of runs: progress, plan, problems, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.nxopendata.core.web import act, csv_response
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.runs import buttons
from ckanext.nxopendata.harvest.views import nx_harvest

PAGE = 50
CSV_PAGE = 5_000
BOM = "\ufeff"


def _load(run_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a run and its source."""
    this_run = act("nx_harvest_run_show", id=run_id, problems=False)
    return this_run, act("nx_harvest_source_show", id=this_run["source_id"])


@nx_harvest.route("/run/<run_id>")
def run(run_id: str) -> str:
    """A run: where it stands, what it this_run, what may be decided."""
    this_run, source = _load(run_id)
    return tk.render(
        "nx_harvest/run.html", {"run": this_run, "source": source, "steps": buttons.list_buttons(this_run, _may)}
    )


@nx_harvest.route("/run/<run_id>/progress")
def progress(run_id: str) -> Response:
    """The part of the page that changes while a run is under way."""
    this_run, source = _load(run_id)
    html = tk.render("nx_harvest/snippets/progress.html", {"run": this_run, "source": source})
    response = Response(html, headers={"Cache-Control": "no-store"})
    response.headers["X-NX-State"] = this_run["state"]
    return response


def _may(action: str, run_id: str) -> bool:
    return tk.h.check_access(action, {"id": run_id})


@nx_harvest.route("/run/<run_id>/decide/<step>", methods=["GET", "POST"])
def decide(run_id: str, step: str) -> Any:
    """Ask, then take a step: approve, refuse, pause, resume, cancel, undo."""
    this_run, source = _load(run_id)
    steps = {button.name: button for button in buttons.list_buttons(this_run, _may)}
    if step not in steps:
        tk.h.flash_error(tk._("This cannot be done with the run as it is now"))
        return tk.redirect_to("nx_harvest.run", run_id=run_id)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/decide.html", {"run": this_run, "source": source, "step": steps[step]})
    try:
        done = act(steps[step].action, id=run_id, **steps[step].data)
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(map(str, error.error_summary.values())))
    else:
        tk.h.flash_success(tk._("Done: {state}").format(state=tk.h.nx_harvest_state(done["state"])))
    return tk.redirect_to("nx_harvest.run", run_id=run_id)


@nx_harvest.route("/run/<run_id>/plan")
def plan_page(run_id: str) -> str:
    """The steps of a run's plan, of one kind or all."""
    this_run, source = _load(run_id)
    kind = tk.request.args.get("kind", "")
    kind = kind if kind in decisions.KINDS else ""
    page = tk.h.get_page_number(tk.request.args)
    steps = act("nx_harvest_run_plan", id=run_id, kind=kind, limit=PAGE, offset=(page - 1) * PAGE)
    extra = {"kind": kind, "page": page, "pages": -(-steps["count"] // PAGE)}
    return tk.render("nx_harvest/plan.html", {"run": this_run, "source": source, "plan": steps, **extra})


@nx_harvest.route("/run/<run_id>/problems")
def problems(run_id: str) -> str:
    """What a run this_run wrong, and what to do about it."""
    this_run, source = _load(run_id)
    page = tk.h.get_page_number(tk.request.args)
    listed = act("nx_harvest_problem_list", run_id=run_id, limit=PAGE, offset=(page - 1) * PAGE)
    extra = {"page": page, "pages": -(-listed["count"] // PAGE)}
    return tk.render("nx_harvest/problems.html", {"run": this_run, "source": source, "found": listed, **extra})


@nx_harvest.route("/run/<run_id>/problems.csv")
def problems_csv(run_id: str) -> Response:
    """All problems of a run as CSV, UTF-8 with a byte order mark, as spreadsheets want it."""
    this_run, source = _load(run_id)
    rows = list(_problem_rows(run_id))
    return csv_response(rows, f"{source['name']}-{this_run['created'][:10]}-problems.csv")


def _problem_rows(run_id: str) -> Iterator[list[str]]:
    yield [
        tk._("Effect"),
        tk._("Identifier"),
        tk._("Place"),
        tk._("Field"),
        tk._("What is wrong"),
        tk._("Remedy"),
        tk._("Rule"),
    ]
    offset, count = 0, 1
    while offset < count:
        listed = act("nx_harvest_problem_list", run_id=run_id, limit=CSV_PAGE, offset=offset)
        for problem in listed["problems"]:
            yield [
                tk._("refused") if problem["refuses"] else tk._("taken, with this gap"),
                problem["guid"] or "",
                problem["position"],
                tk.h.nx_harvest_field(problem["field"]) if problem["field"] else "",
                problem["message"],
                problem["remedy"],
                problem["code"],
            ]
        offset, count = offset + CSV_PAGE, listed["count"]
