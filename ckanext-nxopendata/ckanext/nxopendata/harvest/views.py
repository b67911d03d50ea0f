"""Pages of the harvest: sources, runs, plans, problems, health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, send_file

from ckanext.nxopendata.core.web import act, csv_response, require_login
from ckanext.nxopendata.harvest import config
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.monitoring import metrics
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.runs import buttons
from ckanext.nxopendata.harvest.sources import form, health

nx_harvest = Blueprint("nx_harvest", __name__, url_prefix="/harvest")

PAGE = 50
RUNS = 20
CSV_PAGE = 5_000


def _logged_in() -> None:
    require_login(tk._("Log in to see the harvests of your department"))


def _allowed(action: str, **data: Any) -> None:
    try:
        tk.check_access(action, {"user": tk.current_user.name}, data)
    except tk.NotAuthorized as error:
        tk.abort(403, str(error.message or ""))


nx_harvest.before_request(_logged_in)


# Sources


@nx_harvest.route("/")
def index() -> str:
    """The sources that the reader may see."""
    return tk.render("nx_harvest/index.html", {"sources": act("nx_harvest_source_list")})


@nx_harvest.route("/health")
def health_page() -> str:
    """How every source fares."""
    sources = act("nx_harvest_source_list")
    return tk.render("nx_harvest/health.html", {"rows": health.of([source["id"] for source in sources])})


@nx_harvest.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """The form of a new source; ``test`` shows what would come of it before anything is kept."""
    _allowed("nx_harvest_source_create")
    if tk.request.method == "GET":
        return _form(form.EMPTY)
    typed = form.typed(tk.request.form)
    return _saved_or_tested("nx_harvest_source_create", typed, None)


@nx_harvest.route("/source/<name>/edit", methods=["GET", "POST"])
def edit(name: str) -> Any:
    """The form of a source."""
    _allowed("nx_harvest_source_update", id=name)
    source = act("nx_harvest_source_show", id=name)
    if tk.request.method == "GET":
        return _form(form.shown(source), source=source)
    typed = form.typed(tk.request.form)
    return _saved_or_tested("nx_harvest_source_update", typed, source)


def _saved_or_tested(action: str, typed: dict[str, str], source: dict[str, Any] | None) -> Any:
    data, errors = form.values(typed, editing=source is not None)
    if source:
        data["id"] = source["id"]
    if errors:
        return _form(typed, errors, source)
    try:
        if tk.request.form.get("todo") == "test":
            return _form(typed, source=source, tested=act("nx_harvest_source_test", **data))
        saved = act(action, **data)
    except tk.ValidationError as error:
        return _form(typed, error.error_dict, source)
    tk.h.flash_success(tk._("The source was saved"))
    return tk.redirect_to("nx_harvest.source", name=saved["name"])


def _form(typed: dict[str, str], errors: Any = None, source: Any = None, tested: Any = None) -> str:
    extra = {"typed": typed, "errors": errors or {}, "source": source, "tested": tested}
    departments = tk.get_action("organization_list")({}, {"all_fields": True, "limit": 1000})
    choices = form.choices([(one["name"], one["display_name"]) for one in departments])
    return tk.render("nx_harvest/form.html", {**extra, "choices": choices})


@nx_harvest.route("/source/<name>")
def source(name: str) -> str:
    """A source and its runs."""
    found = act("nx_harvest_source_show", id=name)
    page = tk.h.get_page_number(tk.request.args)
    runs = act("nx_harvest_run_list", source_id=name, limit=min(page * RUNS + 1, 200))
    extra = {"runs": runs[(page - 1) * RUNS : page * RUNS], "page": page, "more": len(runs) > page * RUNS}
    return tk.render("nx_harvest/source.html", {"source": found, "health": health.of([found["id"]])[0], **extra})


@nx_harvest.route("/source/<name>/test", methods=["GET", "POST"])
def test(name: str) -> str:
    """What would come of a source; nothing is kept. The page asks first: it reads from another server."""
    found = act("nx_harvest_source_show", id=name)
    tested, errors = None, {}
    if tk.request.method == "POST":
        try:
            tested = act("nx_harvest_source_test", id=found["id"])
        except tk.ValidationError as error:
            errors = error.error_dict
    return tk.render("nx_harvest/test.html", {"source": found, "tested": tested, "errors": errors})


@nx_harvest.route("/source/<name>/delete", methods=["GET", "POST"])
def delete(name: str) -> Any:
    """Ask, then delete a source; its datasets stay."""
    _allowed("nx_harvest_source_delete", id=name)
    found = act("nx_harvest_source_show", id=name)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/delete.html", {"source": found})
    act("nx_harvest_source_delete", id=name)
    tk.h.flash_success(tk._("The source was deleted; its datasets stay"))
    return tk.redirect_to("nx_harvest.index")


@nx_harvest.route("/source/<name>/run", methods=["POST"])
def start(name: str) -> Any:
    """Hand a run to the workers."""
    try:
        made = act("nx_harvest_run_create", source_id=name, queue=True)
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(map(str, error.error_summary.values())))
        return tk.redirect_to("nx_harvest.source", name=name)
    return tk.redirect_to("nx_harvest.run", run_id=made["id"])


@nx_harvest.route("/source/<name>/state", methods=["POST"])
def state(name: str) -> Any:
    """Pause a source, or set it to active again."""
    wanted = "paused" if tk.request.form.get("todo") == "pause" else "active"
    act("nx_harvest_source_update", id=name, state=wanted)
    return tk.redirect_to("nx_harvest.source", name=name)


# Runs


def _run(run_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = act("nx_harvest_run_show", id=run_id, problems=False)
    return found, act("nx_harvest_source_show", id=found["source_id"])


@nx_harvest.route("/run/<run_id>")
def run(run_id: str) -> str:
    """A run: where it stands, what it found, what may be decided."""
    found, of = _run(run_id)
    return tk.render("nx_harvest/run.html", {"run": found, "source": of, "steps": buttons.possible(found, _may)})


@nx_harvest.route("/run/<run_id>/progress")
def progress(run_id: str) -> Response:
    """The part of the page that changes while a run is under way."""
    found, of = _run(run_id)
    html = tk.render("nx_harvest/snippets/progress.html", {"run": found, "source": of})
    response = Response(html, headers={"Cache-Control": "no-store"})
    response.headers["X-NX-State"] = found["state"]
    return response


def _may(action: str, run_id: str) -> bool:
    return tk.h.check_access(action, {"id": run_id})


@nx_harvest.route("/run/<run_id>/decide/<step>", methods=["GET", "POST"])
def decide(run_id: str, step: str) -> Any:
    """Ask, then take a step: approve, refuse, pause, resume, cancel, undo."""
    found, of = _run(run_id)
    steps = {one.name: one for one in buttons.possible(found, _may)}
    if step not in steps:
        tk.h.flash_error(tk._("This cannot be done with the run as it is now"))
        return tk.redirect_to("nx_harvest.run", run_id=run_id)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/decide.html", {"run": found, "source": of, "step": steps[step]})
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
    found, of = _run(run_id)
    kind = tk.request.args.get("kind", "")
    kind = kind if kind in decisions.KINDS else ""
    page = tk.h.get_page_number(tk.request.args)
    steps = act("nx_harvest_run_plan", id=run_id, kind=kind, limit=PAGE, offset=(page - 1) * PAGE)
    extra = {"kind": kind, "page": page, "pages": -(-steps["count"] // PAGE)}
    return tk.render("nx_harvest/plan.html", {"run": found, "source": of, "plan": steps, **extra})


@nx_harvest.route("/run/<run_id>/problems")
def problems(run_id: str) -> str:
    """What a run found wrong, and what to do about it."""
    found, of = _run(run_id)
    page = tk.h.get_page_number(tk.request.args)
    listed = act("nx_harvest_problem_list", run_id=run_id, limit=PAGE, offset=(page - 1) * PAGE)
    extra = {"page": page, "pages": -(-listed["count"] // PAGE)}
    return tk.render("nx_harvest/problems.html", {"run": found, "source": of, "found": listed, **extra})


@nx_harvest.route("/run/<run_id>/problems.csv")
def problems_csv(run_id: str) -> Response:
    """All problems of a run as CSV, UTF-8 with a byte order mark, as spreadsheets want it."""
    found, of = _run(run_id)
    rows = list(_csv_rows(run_id))
    return csv_response(rows, f"{of['name']}-{found['created'][:10]}-problems.csv")


def _csv_rows(run_id: str) -> Iterator[list[str]]:
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
        for one in listed["problems"]:
            yield [
                tk._("refused") if one["refuses"] else tk._("taken, with this gap"),
                one["guid"] or "",
                one["position"],
                tk.h.nx_harvest_field(one["field"]) if one["field"] else "",
                one["message"],
                one["remedy"],
                one["code"],
            ]
        offset, count = offset + CSV_PAGE, listed["count"]


# Figures

nx_metrics = Blueprint("nx_metrics", __name__)


@nx_metrics.route("/metrics")
def figures() -> Response:
    """Figures for Prometheus, for those who have the token or ask from an allowed address."""
    request = tk.request
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"))
    if not metrics.allowed(
        request.headers.get("Authorization", ""),
        request.environ.get("REMOTE_ADDR", ""),
        forwarded,
        config.metrics_token(),
        config.metrics_networks(),
    ):
        return Response("403\n", status=403, content_type="text/plain")
    return Response(metrics.text(), content_type=metrics.TYPE, headers={"Cache-Control": "no-store"})


# Earlier contents of copied files

nx_harvest_files = Blueprint("nx_harvest_files", __name__)


@nx_harvest_files.route("/dataset/<dataset_id>/resource/<resource_id>/content/<int:number>")
def content(dataset_id: str, resource_id: str, number: int) -> Any:
    """An earlier content of a copied file, for whoever may download the file."""
    files = {one["number"]: one for one in act("nx_harvest_file_list", id=resource_id)}
    found = files.get(number)
    if not found or not found["kept"]:
        return tk.abort(404, tk._("This content of the file is not kept any more"))
    return send_file(
        versions.path(resource_id, found["sha256"]), as_attachment=True, download_name=found["name"], max_age=0
    )


# Withdrawn datasets


@nx_harvest.route("/dataset/<dataset_id>/restore", methods=["GET", "POST"])
def restore(dataset_id: str) -> Any:
    """Ask, then bring a withdrawn dataset back to the public."""
    _allowed("nx_harvest_dataset_restore", id=dataset_id)
    dataset = act("package_show", id=dataset_id)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/restore.html", {"dataset": dataset})
    act("nx_harvest_dataset_restore", id=dataset_id)
    tk.h.flash_success(tk._("The dataset is public again"))
    return tk.redirect_to("dataset.read", id=dataset["name"])
