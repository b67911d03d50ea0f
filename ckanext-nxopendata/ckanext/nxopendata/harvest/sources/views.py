"""Pages of sources."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.harvest.monitoring import health
from ckanext.nxopendata.harvest.sources import form
from ckanext.nxopendata.harvest.views import nx_harvest

RUNS = 20
"""Runs on a page of a source."""


@nx_harvest.route("/")
def index() -> str:
    """The sources that the reader may see."""
    return tk.render("nx_harvest/index.html", {"sources": act("nx_harvest_source_list")})


@nx_harvest.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """The form of a new source; ``test`` shows what would come of it before anything is kept."""
    require_access("nx_harvest_source_create")
    if tk.request.method == "GET":
        return _render_form(form.EMPTY)
    typed = form.read_form(tk.request.form)
    return _save_or_try("nx_harvest_source_create", typed, None)


@nx_harvest.route("/source/<name>/edit", methods=["GET", "POST"])
def edit(name: str) -> Any:
    """The form of a source."""
    require_access("nx_harvest_source_update", id=name)
    source = act("nx_harvest_source_show", id=name)
    if tk.request.method == "GET":
        return _render_form(form.to_form(source), source=source)
    typed = form.read_form(tk.request.form)
    return _save_or_try("nx_harvest_source_update", typed, source)


def _save_or_try(action: str, typed: dict[str, str], source: dict[str, Any] | None) -> Any:
    data, errors = form.to_source(typed, editing=source is not None)
    if source:
        data["id"] = source["id"]
    if errors:
        return _render_form(typed, errors, source)
    try:
        if tk.request.form.get("todo") == "test":
            return _render_form(typed, source=source, tested=act("nx_harvest_source_test", **data))
        saved = act(action, **data)
    except tk.ValidationError as error:
        return _render_form(typed, error.error_dict, source)
    tk.h.flash_success(tk._("The source was saved"))
    return tk.redirect_to("nx_harvest.source", name=saved["name"])


def _render_form(typed: dict[str, str], errors: Any = None, source: Any = None, tested: Any = None) -> str:
    extra = {"typed": typed, "errors": errors or {}, "source": source, "tested": tested}
    departments = tk.get_action("organization_list")({}, {"all_fields": True, "limit": 1000})
    choices = form.choices([(entry["name"], entry["display_name"]) for entry in departments])
    return tk.render("nx_harvest/form.html", {**extra, "choices": choices})


@nx_harvest.route("/source/<name>")
def source(name: str) -> str:
    """A source and its runs."""
    saved = act("nx_harvest_source_show", id=name)
    page = tk.h.get_page_number(tk.request.args)
    runs = act("nx_harvest_run_list", source_id=name, limit=min(page * RUNS + 1, 200))
    extra = {"runs": runs[(page - 1) * RUNS : page * RUNS], "page": page, "more": len(runs) > page * RUNS}
    return tk.render(
        "nx_harvest/source.html", {"source": saved, "health": health.list_health([saved["id"]])[0], **extra}
    )


@nx_harvest.route("/source/<name>/test", methods=["GET", "POST"])
def test(name: str) -> str:
    """What would come of a source; nothing is kept. The page asks first: it reads from another server."""
    saved = act("nx_harvest_source_show", id=name)
    tested, errors = None, {}
    if tk.request.method == "POST":
        try:
            tested = act("nx_harvest_source_test", id=saved["id"])
        except tk.ValidationError as error:
            errors = error.error_dict
    return tk.render("nx_harvest/test.html", {"source": saved, "tested": tested, "errors": errors})


@nx_harvest.route("/source/<name>/delete", methods=["GET", "POST"])
def delete(name: str) -> Any:
    """Ask, then delete a source; its datasets stay."""
    require_access("nx_harvest_source_delete", id=name)
    saved = act("nx_harvest_source_show", id=name)
    if tk.request.method == "GET":
        return tk.render("nx_harvest/delete.html", {"source": saved})
    act("nx_harvest_source_delete", id=name)
    tk.h.flash_success(tk._("The source was deleted; its datasets stay"))
    return tk.redirect_to("nx_harvest.index")


@nx_harvest.route("/source/<name>/run", methods=["POST"])
def start(name: str) -> Any:
    """Hand a run to the workers."""
    try:
        run = act("nx_harvest_run_create", source_id=name, queue=True)
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(map(str, error.error_summary.values())))
        return tk.redirect_to("nx_harvest.source", name=name)
    return tk.redirect_to("nx_harvest.run", run_id=run["id"])


@nx_harvest.route("/source/<name>/state", methods=["POST"])
def state(name: str) -> Any:
    """Pause a source, or set it to active again."""
    new_state = "paused" if tk.request.form.get("todo") == "pause" else "active"
    act("nx_harvest_source_update", id=name, state=new_state)
    return tk.redirect_to("nx_harvest.source", name=name)
