"""What the pages of the register share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.dictization_functions import unflatten
from ckan.logic import clean_dict, parse_params, tuplize_dict

from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.entries import entry_schema

PAGE_SIZE = 50


def query_values(*names: str) -> dict[str, str]:
    """The values that the address gives for some of its parameters."""
    return {name: value for name in names if (value := tk.request.args.get(name, ""))}


def chosen_department() -> str | None:
    """The department that the address chooses, if any."""
    return tk.request.args.get("owner_org") or None


def flash_refusal(problem: Any) -> None:
    """Show on the next page why an action refused."""
    tk.h.flash_error("；".join(map(str, problem.error_summary.values())))


def form_data() -> dict[str, Any]:
    """What a form sent, flat names unfolded."""
    data: dict[str, Any] = clean_dict(unflatten(tuplize_dict(parse_params(tk.request.form))))
    return {name: value for name, value in data.items() if not name.startswith("_")}


def require_department(reference: str) -> None:
    """A 404 page where there is no such department: system administrators may do everything, to whatever there is."""
    if permissions.department_id(reference) is None:
        tk.abort(404, tk._("There is no such department"))


def entry_form(kind: str, endpoint: str, data: dict[str, Any], save: Callable[[dict[str, Any]], Any]) -> Any:
    """The form of a ``system`` or a ``project``: shown, or its data saved and the entry shown at ``endpoint``."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        data = data | form_data()
        try:
            saved = save(form_data())
        except tk.ValidationError as problem:
            errors = problem.error_dict
        else:
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to(endpoint, id=saved["name"])
    schema = entry_schema.load(kind)
    return tk.render("nx_register/form.html", {"kind": kind, "data": data, "errors": errors, "schema": schema})
