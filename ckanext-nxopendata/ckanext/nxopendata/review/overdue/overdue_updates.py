"""Which datasets should have been updated by now. The search index holds each one's ``nx_due_date``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.catalogue import update_deadlines
from ckanext.nxopendata.review.workflow import state_machine
from ckanext.nxopendata.review.workflow.models import Case

FIELD = update_deadlines.INDEX_FIELD
AT_ONCE = 1000
"""Datasets that CKAN gives by one search (``ckan.search.rows_max``)."""


def list_overdue(today: dt.date, departments: list[str] | None = None) -> list[dict[str, Any]]:
    """Published datasets whose update is missing, the longest overdue first.

    Args:
        departments: ids; all if None.

    Returns:
        ``{"id", "name", "title", "title_translated", "owner_org", "due"}`` each.
    """
    return find_overdue(today, departments)[1]


def find_overdue(
    today: dt.date, departments: list[str] | None = None, limit: int | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many there are, and the first of :func:`list_overdue`; only these are read where they are public.

    Args:
        limit: how many are returned; all if None.
    """
    if departments is not None and not departments:
        return 0, []
    last = f"{(today - dt.timedelta(days=1)).isoformat()}T00:00:00Z"
    query = [f"{FIELD}:[* TO {last}]"]
    if departments is not None:
        query.append(f"owner_org:({' OR '.join(departments)})")
    count, public = _search([*query, "capacity:public"], limit)
    # What is published without being open is private, and has its cycle all the same.
    private = select_published(_search([*query, "capacity:private"], None)[1])
    found = [
        {
            "id": dataset["id"],
            "name": dataset["name"],
            "title": dataset["title"],
            "title_translated": dataset.get("title_translated") or {},
            "owner_org": dataset["owner_org"],
            "due": update_deadlines.due_date(dataset),
        }
        for dataset in (*public, *private)
    ]
    return count + len(private), sorted(found, key=lambda row: (row["due"] or "", row["id"]))[:limit]


def _search(filters: list[str], limit: int | None) -> tuple[int, list[dict[str, Any]]]:
    context: Context = {"ignore_auth": True}
    rows = AT_ONCE if limit is None else min(limit, AT_ONCE)
    search = {"fq_list": filters, "rows": rows, "sort": f"{FIELD} asc, id asc", "include_private": True}
    found: list[dict[str, Any]] = []
    while True:
        page = tk.get_action("package_search")(context, search | {"start": len(found)})
        found += page["results"]
        if not page["results"] or len(found) >= (page["count"] if limit is None else limit):
            return page["count"], found


def select_published(datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of private datasets that are published without being open; the others are on their way."""
    ids = [dataset["id"] for dataset in datasets]
    query = sa.select(Case.dataset_id, Case.state).where(Case.dataset_id.in_(ids), Case.kind == state_machine.NEW)
    states = dict(model.Session.execute(query).tuples().all())

    def published(dataset: dict[str, Any]) -> bool:
        written = state_machine.PUBLISHED if dataset.get("nx_is_open") == "0" else state_machine.DRAFT  # without review
        return states.get(dataset["id"], written) == state_machine.PUBLISHED

    return [dataset for dataset in datasets if published(dataset)]
