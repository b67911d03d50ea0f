"""Page: treat a file, after a look at what comes of it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.file_access.doors import sends_no_data
from ckanext.nxopendata.core.web import act, call_action, require_login
from ckanext.nxopendata.safety.treatment import recipe

nx_safety_treatment = Blueprint("nx_safety_treatment", __name__)


@nx_safety_treatment.route("/dataset/<id>/safety/<resource_id>", methods=["GET", "POST"])
@sends_no_data
def treat(id: str, resource_id: str) -> Any:  # noqa: A002  CKAN's name for it
    """The recipe of a file, column by column; before and after."""
    require_login(tk._("Log in to see which files wait for a safety check"))
    package = act("package_show", id=id)
    file = next((entry for entry in package["resources"] if entry["id"] == resource_id), None)
    if file is None:
        return tk.abort(404, tk._("There is no such file or dataset"))
    errors: list[str] = []
    tried: dict[str, Any] | None = None
    given: dict[str, Any] | None = None
    if tk.request.method == "POST":
        given, step = _read_form(), tk.request.form.get("step", "preview")
        try:
            if step == "measure":
                chosen = {name: given[name] for name in ("quasi", "sensitive")}
                call_action("nx_safety_privacy_update", id=resource_id, **chosen)
            elif step == "forget":
                call_action("nx_safety_treatment_delete", id=resource_id)
            elif step == "create":
                call_action("nx_safety_treatment_create", id=resource_id, **given)
            else:
                tried = call_action("nx_safety_treatment_preview", id=resource_id, **given)
            if tried is None:
                return tk.redirect_to("nx_safety.dataset", id=id)
        except tk.ValidationError as problem:
            errors = [f"{text}" for text in problem.error_summary.values()]
        except tk.NotAuthorized as problem:
            return tk.abort(403, str(problem.message or tk._("You may not do this")))
        except tk.ObjectNotFound as problem:
            errors = [str(problem.message or tk._("There is no such file or dataset"))]
    try:
        shown = act("nx_safety_treatment_show", id=resource_id)
    except tk.ValidationError as problem:
        shown = {
            "columns": [],
            "recipe": {"steps": [], "quasi": [], "sensitive": [], "least": 0},
            "outcome": {},
            "target": "",
        }
        errors += [f"{text}" for text in problem.error_summary.values()]
    data = {
        "pkg": package,
        "file": file,
        "shown": shown,
        "recipe": given or shown["recipe"],
        "outcome": tried or shown["outcome"],
        "tried": tried,
        "kinds": name_kinds(),
        "defaults": recipe.DEFAULTS,
        "errors": errors,
    }
    return tk.render("nx_safety/treatment.html", data)


def _read_form() -> dict[str, Any]:
    """The recipe that the form describes: its fields are numbered by column."""
    form, steps = tk.request.form, []
    chosen: dict[str, list[str]] = {"quasi": [], "sensitive": []}
    for number, column in enumerate(form.getlist("column")):
        if kind := form.get(f"kind-{number}", ""):
            steps.append({"column": column, "kind": kind, "parameter": form.get(f"parameter-{number}", "").strip()})
        for name, columns in chosen.items():
            if form.get(f"{name}-{number}"):
                columns.append(column)
    return {"steps": steps, **chosen, "least": form.get("least", "0").strip() or "0"}


def name_kinds() -> dict[str, str]:
    """Return what can be done to a column in words."""
    return {
        "mask": tk._("Mask: 640104********0014"),
        "year": tk._("Date: year only"),
        "month": tk._("Date: year and month"),
        "age_band": tk._("Date or age: age group of so many years"),
        "county": tk._("Address: county"),
        "city": tk._("Address: city"),
        "grid": tk._("Coordinate: grid of so many degrees"),
        "band": tk._("Number: range of such a width"),
        "prefix": tk._("Code: first characters"),
        "round": tk._("Number: round to a multiple of"),
        "pseudonym": tk._("Pseudonym by a key of the dataset"),
        "suppress": tk._("Empty all cells"),
        "drop": tk._("Remove the column"),
    }
