"""The page a department's officer begins the day with."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.lib.pagination import Page
from ckan.lib.search.common import SolrConnectionError
from flask import Blueprint
from redis import RedisError

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import outbox
from ckanext.nxopendata.core.web import call_action, require_login
from ckanext.nxopendata.portal.dataset import quality
from ckanext.nxopendata.portal.usage import usage_store
from ckanext.nxopendata.portal.workbench import links

staff = Blueprint("nx_staff", __name__)

SHOWN = 10
PAGE = 20
LOWEST = 5
ORDERS = {
    "changed": "metadata_modified desc",
    "score": f"{quality.FIELD} asc, metadata_modified desc",
    "due": "nx_due_date asc, metadata_modified desc",
    "title": "title_string asc",
}
"""By what the own datasets are listed -> Solr's sort."""


DASHBOARDS = ("dashboard.datasets", "dashboard.organizations", "dashboard.groups", "activity.dashboard")
"""CKAN's pages for somebody who signed in; signing in leads to the first of them."""


@staff.before_app_request
def lead_to_workbench() -> Any:
    """Lead from CKAN's dashboards to the one workbench."""
    if tk.request.endpoint in DASHBOARDS and tk.request.method == "GET" and tk.current_user.is_authenticated:
        return tk.redirect_to("nx_staff.workbench")
    return None


@staff.route("/workbench")
def workbench() -> str:
    """What waits, what is overdue, what is wrong, what readers say, and how the datasets are used."""
    require_login(tk._("Log in to see the workbench of your department"))
    everything, mine, within = _mine()
    seen = {"include_private": True, "include_drafts": True}
    try:
        lowest = _found(
            [*within, "state:active"],
            rows=LOWEST,
            sort=ORDERS["score"],
            include_private=True,
            **{"facet": "true", "facet.field": [quality.FIELD], "facet.limit": 101},
        )
        overdue = tk.h.nx_overdue_datasets(SHOWN)
    except SolrConnectionError:  # the rest of the page is made from the database
        lowest, overdue = None, {"count": 0, "datasets": []}
    return tk.render(
        "nx/workbench.html",
        {
            "departments": mine,
            "groups": links.list_groups(mine),
            "everything": everything,
            "all": _found([*within, "state:active"], rows=0, **seen)["count"],
            "public": _found([*within, 'capacity:"public"'], rows=0)["count"],
            "drafts": _found([*within, "state:draft"], rows=SHOWN, **seen),
            "without_files": _found([*within, "num_resources:0"], rows=SHOWN, **seen),
            "without_licence": _found([*within, "license_id:notspecified"], rows=SHOWN, **seen),
            "cases": call_action("nx_review_list", limit=SHOWN),
            "overdue": overdue,
            "search_is_down": lowest is None,
            "letters": _letters() if everything else {},
            "feedback": call_action("nx_feedback_waiting"),
            "average": _average(lowest["search_facets"].get(quality.FIELD, {}).get("items", [])) if lowest else None,
            "lowest": [one for one in map(_scored, lowest["results"] if lowest else []) if one["missing"]],
            "notices": [one for one in call_action("nx_notice_list") if not one["read"]][:SHOWN],
            "used": _used(None if everything else [one["id"] for one in mine]),
        },
    )


@staff.route("/workbench/datasets")
def datasets() -> str:
    """The datasets of the officer's departments: where each stands, when it is due, how it serves readers."""
    require_login(tk._("Log in to see the workbench of your department"))
    order = tk.request.args.get("sort", "changed")
    order = order if order in ORDERS else "changed"
    number = tk.h.get_page_number(tk.request.args)
    _, _, within = _mine()
    found = _found(
        [*within, *(["nx_due_date:[* TO *]"] if order == "due" else [])],
        rows=PAGE,
        start=(number - 1) * PAGE,
        sort=ORDERS[order],
        include_private=True,
        include_drafts=True,
    )
    page = Page(collection=found["results"], page=number, item_count=found["count"], items_per_page=PAGE)
    shown = [_scored(one) | {"due": tk.h.nx_update_due(one)} for one in found["results"]]
    return tk.render("nx/my_datasets.html", {"datasets": shown, "page": page, "order": order})


def _mine() -> tuple[bool, list[dict[str, Any]], list[str]]:
    """Whether the reader looks after all departments, else which, and the filter that leaves theirs."""
    user = tk.current_user.name
    everything = authz.is_sysadmin(user) or roles.is_office(user)
    mine = call_action("organization_list_for_user", permission="update_dataset")
    return everything, mine, [] if everything else [f"owner_org:({' OR '.join(one['id'] for one in mine) or 'none'})"]


def _found(filters: list[str], **search: Any) -> dict[str, Any]:
    query = {"fq_list": ["dataset_type:dataset", *filters], "facet": "false"} | search
    return call_action("package_search", **query)


def _scored(dataset: dict[str, Any]) -> dict[str, Any]:
    titles = {
        "summary": tk._("a summary that says something"),
        "english": tk._("title and summary in English"),
        "theme": tk._("a theme"),
        "tags": tk._("tags"),
        "coverage": tk._("region and time covered"),
        "cycle": tk._("an update cycle"),
        "contact": tk._("telephone or e-mail of the contact"),
        "licence": tk._("a licence"),
        "items": tk._("data items"),
        "files": tk._("files"),
        "readable": tk._("a machine-readable file"),
    }
    missing = [(titles[code], worth) for code, worth in quality.list_missing(dataset)]
    return {"dataset": dataset, "points": quality.count_points(dataset), "missing": missing}


def _letters() -> dict[str, Any]:
    """How letters fare, for who looks after the site."""
    try:
        return outbox.count() | {"failures": outbox.list_failures()[:SHOWN]}
    except RedisError:
        return {}


def _average(items: list[dict[str, Any]]) -> int | None:
    number = sum(item["count"] for item in items)
    return round(sum(int(item["name"]) * item["count"] for item in items) / number) if number else None


def _used(organizations: list[str] | None) -> list[dict[str, Any]]:
    usage_store.flush_if_due()
    rows = usage_store.list_most_used(SHOWN, owner_orgs=organizations)
    if not rows:
        return []
    ids = " OR ".join(row["id"] for row in rows)
    titles = {one["id"]: one for one in _found([f"id:({ids})"], rows=SHOWN)["results"]}
    return [row | {"dataset": titles[row["id"]]} for row in rows if row["id"] in titles]
