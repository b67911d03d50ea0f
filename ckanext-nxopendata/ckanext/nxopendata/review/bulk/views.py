"""Pages of bulk work: what would happen, what became of it, undoing it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.review.bulk import edits, forecast
from ckanext.nxopendata.review.workflow.views import nx_review, read_filter, require_reader

ACTIONS = (*forecast.STEPS, forecast.EDIT)


@nx_review.route("/review/bulk", methods=["GET"])
def bulk_runs() -> str:
    """The bulk work that the reader did."""
    require_reader()
    return tk.render("nx_review/bulk_list.html", {"runs": act("nx_review_bulk_list")})


@nx_review.route("/review/bulk", methods=["POST"])
def bulk_preview() -> Any:
    """Tell what the chosen work would do to the chosen datasets; the page has the button that does it."""
    require_reader()
    asked = _read_form()
    if asked["action"] not in ACTIONS:
        return tk.abort(400, tk._("There is no such work"))
    return _preview(asked)


def _preview(asked: dict[str, Any], errors: dict[str, Any] | None = None) -> Any:
    # Forecasting an edit asks for some field; the page shows the form of the fields first.
    fields = asked["fields"] or ({"license_id": ""} if asked["action"] == forecast.EDIT else {})
    try:
        found = act("nx_review_bulk_preview", **(asked | {"fields": fields}))
    except tk.ValidationError as problem:
        for text in forecast.list_messages(problem.error_dict):
            tk.h.flash_error(text)
        return tk.redirect_to("nx_review.queue", **read_filter())
    return tk.render(
        "nx_review/bulk_preview.html",
        {"found": found, "asked": asked, "filters": read_filter(), "errors": errors or {}},
    )


@nx_review.route("/review/bulk/apply", methods=["POST"])
def bulk_apply() -> Any:
    """Do it, and show what became of each dataset."""
    require_reader()
    asked = _read_form()
    if asked["action"] not in ACTIONS:
        return tk.abort(400, tk._("There is no such work"))
    try:
        done = act("nx_review_bulk_apply", **asked)
    except tk.ValidationError as problem:
        return _preview(asked, problem.error_dict)
    return tk.redirect_to("nx_review.bulk_show", run_id=done["id"])


@nx_review.route("/review/bulk/<run_id>")
def bulk_show(run_id: str) -> str:
    """What became of each dataset of one bulk work."""
    require_reader()
    return tk.render("nx_review/bulk_show.html", {"run": act("nx_review_bulk_show", id=run_id)})


@nx_review.route("/review/bulk/<run_id>/undo", methods=["POST"])
def bulk_undo(run_id: str) -> Any:
    """Undo it wherever nothing followed."""
    require_reader()
    try:
        act("nx_review_bulk_undo", id=run_id)
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(forecast.list_messages(problem.error_dict)))
    return tk.redirect_to("nx_review.bulk_show", run_id=run_id)


def _read_form() -> dict[str, Any]:
    """What the form says: the work, the datasets, the opinion, the fields to edit."""
    form = tk.request.form
    fields: dict[str, Any] = {name: form.get(name, "").strip() for name in edits.FIELDS if name != "nx_theme"}
    fields = {name: value for name, value in fields.items() if value}
    if themes := [code for code in form.getlist("nx_theme") if code]:
        fields["nx_theme"] = themes
    return {
        **read_filter(),
        "action": form.get("action", ""),
        "ids": form.getlist("ids"),
        "everything": form.get("everything") == "1",
        "opinion": form.get("opinion", ""),
        "fields": fields,
    }
