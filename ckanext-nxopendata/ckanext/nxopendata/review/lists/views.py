"""Pages of the lists of the plan."""

from __future__ import annotations

import itertools
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.core.web import act, csv_response
from ckanext.nxopendata.review.lists import catalogue_lists
from ckanext.nxopendata.review.workflow.views import PAGE, nx_review

CODED = {"nx_share_type": "share_type", "nx_is_open": "is_open", "nx_update_cycle": "update_cycle"}


COLUMNS = ("nx_resource_code", "title", "department", *catalogue_lists.FIELDS[1:])


@nx_review.route("/lists/<kind>")
def plan_list(kind: str) -> str:
    """A list of the plan as a page."""
    if kind not in catalogue_lists.KINDS:
        return tk.abort(404, tk._("There is no such list"))
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_catalogue_list", kind=kind, limit=PAGE, offset=(page - 1) * PAGE, **_choice())
    return tk.render(
        "nx_review/list.html",
        {
            "kind": kind,
            "found": found,
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "choice": _choice(),
            "this_year": today().year,
        },
    )


@nx_review.route("/lists/<kind>.csv")
def plan_csv(kind: str) -> Response:
    """A list of the plan as CSV, UTF-8 with a byte order mark, as spreadsheets want it."""
    if kind not in catalogue_lists.KINDS:
        return tk.abort(404, tk._("There is no such list"))
    language = reader_language()
    heads = [tk.h.nx_list_heading(column) for column in COLUMNS]
    rows = (_row(row, language) for row in catalogue_lists.read_all(language, kind, **_choice()))
    return csv_response(itertools.chain([heads], rows), f"{kind}.csv")


def _choice() -> dict[str, Any]:
    """The year and the department that the address asks for, where they make sense."""
    year, organization = tk.request.args.get("year", ""), tk.request.args.get("organization", "")
    choice: dict[str, Any] = {}
    if year.isascii() and year.isdecimal() and len(year) == 4:
        choice["year"] = int(year)
    if organization:
        choice["organization"] = organization
    return choice


def _row(row: dict[str, Any], language: str) -> list[str]:
    return [
        str((codelists.label(CODED[name], row[name], language) if name in CODED else row[name]) or "")
        for name in COLUMNS
    ]
