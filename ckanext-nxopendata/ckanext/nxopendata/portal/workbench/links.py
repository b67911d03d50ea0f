"""What the reader may do, grouped: the ways from the workbench to every page of the staff that opens for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.helpers import helper_functions


@dataclass(frozen=True, slots=True)
class Link:
    """A page: its address, what it is called, and how much waits there (None where nothing is counted)."""

    url: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Pages of one subject."""

    title: str
    links: list[Link]


def list_groups(departments: Sequence[dict[str, Any]]) -> list[Group]:
    """Return the groups that have a page for the reader.

    Args:
        departments: those whose datasets the reader edits, as ``organization_list_for_user`` gives them.
    """
    groups = [
        Group(tk._("Catalogue"), _catalogue(departments)),
        Group(tk._("Review"), _review()),
        Group(tk._("Register of government systems"), _register()),
        Group(tk._("Harvest"), _harvest()),
        Group(tk._("The public"), _public()),
    ]
    return [group for group in groups if group.links]


MOST_DEPARTMENTS = 5
"""Whoever looks after more of them finds their workbooks on the departments' pages."""


def _catalogue(departments: Sequence[dict[str, Any]]) -> list[Link]:
    links: list[Link] = []
    if helper_functions["check_access"]("package_create"):
        links.append(Link(tk.url_for("dataset.new"), tk._("Add Dataset")))
    links.append(Link(tk.url_for("nx_staff.datasets"), tk._("My datasets")))
    if p.plugin_loaded("nxopendata_exchange"):
        links += [
            Link(
                tk.url_for("nx_exchange.index", org=one["name"]),
                tk._("Catalogue workbook of {department}").format(department=tk.h.nx_department_title(one["name"])),
            )
            for one in departments[:MOST_DEPARTMENTS]
            if helper_functions["check_access"]("nx_catalogue_import_preview", {"owner_org": one["id"]})
        ]
    links.append(Link(tk.url_for("nx_review.plan_list", kind="shareable"), tk._("Lists of the catalogue")))
    if helper_functions["check_access"]("nx_basic_resource_list"):
        links.append(Link(tk.url_for("nx_sources.basic_resources"), tk._("Basic information resources")))
    if helper_functions["check_access"]("nx_dataset_overlap_list"):
        links.append(Link(tk.url_for("nx_sources.overlap_list"), tk._("Datasets that overlap")))
    if p.plugin_loaded("nxopendata_exchange"):
        links.append(Link(tk.url_for("nx_codelist.overview"), tk._("Code lists")))
    return links


def _review() -> list[Link]:
    waiting, withdrawn = (
        tk.get_action("nx_review_list")({"user": tk.current_user.name}, asked | {"limit": 0})["count"]
        for asked in ({}, {"scope": "every", "state": "withdrawn"})
    )
    return [
        Link(tk.url_for("nx_review.queue"), tk._("Waiting for me"), waiting),
        Link(tk.url_for("nx_review.queue", scope="running"), tk._("All under review")),
        Link(tk.url_for("nx_review.queue", scope="every"), tk._("All datasets")),
        Link(tk.url_for("nx_review.queue", scope="every", state="withdrawn"), tk._("Withdrawn"), withdrawn),
        Link(tk.url_for("nx_review.bulk_runs"), tk._("What I did in bulk")),
        Link(tk.url_for("nx_review.calendar"), tk._("Holidays and worked weekends")),
    ]


def _register() -> list[Link]:
    if not p.plugin_loaded("nxopendata_register"):
        return []
    return [Link(page["url"], page["label"]) for page in tk.h.nx_register_links()]


def _harvest() -> list[Link]:
    if not (p.plugin_loaded("nxopendata_harvest") and tk.h.nx_harvest_may_see()):
        return []
    return [Link(tk.url_for(endpoint), label) for endpoint, label, _ in tk.h.nx_harvest_tabs()]


def _public() -> list[Link]:
    waiting = len(tk.get_action("nx_feedback_waiting")({"user": tk.current_user.name}, {}))
    links = [Link(tk.url_for("nx_feedback.index"), tk._("Feedback from readers"), waiting)]
    if p.plugin_loaded("nxopendata_cases"):
        links.append(Link(tk.url_for("nx_cases.desk"), tk._("Cases to answer")))
    if helper_functions["check_access"]("nx_announcement_create"):
        links.append(Link(tk.url_for("nx_announcement.index"), tk._("Public notices")))
    if p.plugin_loaded("nxopendata_following"):
        links.append(Link(tk.url_for("nx_following.favourites"), tk._("Favourites")))
    return links
