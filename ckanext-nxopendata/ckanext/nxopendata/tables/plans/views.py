"""The page of a file's reading plan."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.tabular import encoding
from ckanext.nxopendata.core.tabular.layout.rows import REASONS
from ckanext.nxopendata.core.tabular.plan import CODECS, ROLES, TYPES
from ckanext.nxopendata.core.web import call_action
from ckanext.nxopendata.tables import messages, origin
from ckanext.nxopendata.tables.loading import files
from ckanext.nxopendata.tables.plans import preview

nx_table_plans = Blueprint("nx_table_plans", __name__)


@nx_table_plans.route("/dataset/<id>/resource/<resource_id>/plan", methods=["GET", "POST"])
def edit(id: str, resource_id: str) -> Any:  # noqa: A002  CKAN's name for it
    """How the file is read: first lines, first rows, what is set aside, the columns; and the form to change it."""
    try:
        resource = call_action("resource_show", id=resource_id)
        tk.check_access("nx_table_plan_show", {}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file"))
    errors: list[str] = []
    if tk.request.method == "POST":
        try:
            call_action("nx_table_plan_update", id=resource_id, plan=_read_form())
            tk.h.flash_success(tk._("The file is being read again by this plan."))
            return tk.redirect_to("nx_table_plans.edit", id=id, resource_id=resource_id)
        except tk.ValidationError as problem:
            errors = list(map(str, problem.error_summary.values()))
        except ValueError:
            errors = [tk._("Header lines are numbers, such as 1 or 3, 4")]
        except tk.NotAuthorized as refused:
            return tk.abort(403, str(refused.message))
    shown = call_action("nx_table_plan_show", id=resource_id)
    row = model.Session.get(model.Resource, resource_id)
    if row is None:
        return tk.abort(404, tk._("There is no such file"))
    stored = origin.find_origin(row) or row
    path = find_path({"id": stored.id, "url_type": stored.url_type, "url": stored.url})
    headers, rows = preview.read_after(resource_id)
    return tk.render(
        "nx_tables/plan.html",
        {
            "default": call_action("nx_table_default_chart_show", id=resource_id) if headers else None,
            "refused": _find_refusal(resource_id),
            "pkg": call_action("package_show", id=id),
            "res": resource,
            "shown": shown,
            "before": preview.read_before(path, files.detect_format(stored), shown["plan"].get("sheet") or ""),
            "headers": headers,
            "rows": rows,
            "reasons": messages.list_reasons(),
            "found_reasons": [reason for reason in REASONS if any(r["reason"] == reason for r in shown["set_aside"])],
            "delimiters": preview.list_delimiters(),
            "codecs": [(codec, encoding.name_of(codec)) for codec in CODECS if codec not in ("", "utf-8-sig")],
            "areas": [(area, messages.describe_area(area)) for area in _list_areas(shown)],
            "area_words": {table["area"]: messages.describe_area(table["area"]) for table in shown["tables"]},
            "types": [(name, messages.describe_type_name(name)) for name in TYPES],
            "roles": [(name, messages.list_roles()[name]) for name in ROLES],
            "errors": errors,
        },
    )


def _find_refusal(resource_id: str) -> str:
    """Why the reader of the page may not change how the file is read; "" for who may."""
    try:
        tk.check_access("nx_table_plan_update", {}, {"id": resource_id})
    except tk.NotAuthorized as refused:
        return str(refused.message)
    return ""


def _list_areas(shown: dict[str, Any]) -> list[str]:
    """The tables to choose from, where the sheet has several, and what was chosen before."""
    given = shown["given"].get("area")
    return list(dict.fromkeys([*shown["areas"], *([given] if given else [])])) if shown["areas"] else []


def _read_form() -> dict[str, Any]:
    """The plan that the form holds; what is left as the reader finds it is not in it.

    Raises:
        ValueError: the header lines are no numbers.
    """
    form = tk.request.form
    if form.get("reset"):
        return {}
    plan: dict[str, Any] = {name: form[name] for name in ("sheet", "area", "delimiter", "codec") if form.get(name)}
    lines = (form.get("header_lines") or "").replace("，", ",").strip()
    if lines:
        numbers = [int(part) for part in lines.split(",") if part.strip()]
        plan["header_lines"] = [] if numbers == [0] else numbers
    if form.get("closed"):
        plan["closed"] = form["closed"]
    if taken := [reason for reason in form.getlist("take_in") if reason]:
        plan["take_in"] = taken
    names = ("header", "label", "type", "unit", "role")
    columns = [
        dict(zip(names, values, strict=True))
        for values in zip(*(form.getlist(f"column_{name}") for name in names), strict=True)
    ]
    if said := [column for column in columns if column["header"] and any(column[name] for name in names[1:])]:
        plan["columns"] = said
    return plan
