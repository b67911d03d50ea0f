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


def list_overdue(today: dt.date, departments: list[str] | None = None) -> list[dict[str, Any]]:
    """Published datasets whose update is missing, the longest overdue first, at most 1,000.

    Args:
        departments: ids; all if None.

    Returns:
        ``{"id", "name", "title", "title_translated", "owner_org", "due"}`` each.
    """
    last = f"{(today - dt.timedelta(days=1)).isoformat()}T00:00:00Z"
    query = [f"{FIELD}:[* TO {last}]"]
    if departments is not None:
        if not departments:
            return []
        query.append(f"owner_org:({' OR '.join(departments)})")
    context: Context = {"ignore_auth": True}
    # What is published without being open is private, and has its cycle all the same.
    search = {"fq_list": query, "rows": 1000, "sort": f"{FIELD} asc", "include_private": True}
    found = _published(tk.get_action("package_search")(context, search)["results"])
    return [
        {
            "id": dataset["id"],
            "name": dataset["name"],
            "title": dataset["title"],
            "title_translated": dataset.get("title_translated") or {},
            "owner_org": dataset["owner_org"],
            "due": update_deadlines.due_date(dataset),
        }
        for dataset in found
    ]


def _published(datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    private = [dataset["id"] for dataset in datasets if dataset["private"]]
    query = sa.select(Case.dataset_id, Case.state).where(Case.dataset_id.in_(private), Case.kind == state_machine.NEW)
    states = dict(model.Session.execute(query).tuples().all())

    def published(dataset: dict[str, Any]) -> bool:
        written = state_machine.PUBLISHED if dataset.get("nx_is_open") == "0" else state_machine.DRAFT  # without review
        return not dataset["private"] or states.get(dataset["id"], written) == state_machine.PUBLISHED

    return [dataset for dataset in datasets if published(dataset)]
