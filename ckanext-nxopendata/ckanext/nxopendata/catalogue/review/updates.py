"""Which datasets should have been updated by now. The search index holds each one's ``nx_due_date``."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.catalogue.review import due

FIELD = "nx_due_date"


def due_date(dataset: dict[str, Any]) -> str | None:
    """The last day for the next update, YYYY-MM-DD; None if there is none."""
    found = due.due(dataset.get("nx_update_cycle"), due.last_update(dataset))
    return found.day.isoformat() if found else None


def overdue(today: dt.date, departments: list[str] | None = None, since: dt.date | None = None) -> list[dict[str, Any]]:
    """Published datasets whose update is missing, the longest overdue first, at most 1,000.

    Args:
        departments: ids; all if None.
        since: only those that became overdue on this day or later.

    Returns:
        ``{"id", "name", "title", "owner_org", "due"}`` each.
    """
    first = f"{since.isoformat()}T00:00:00Z" if since else "*"
    last = f"{(today - dt.timedelta(days=1)).isoformat()}T00:00:00Z"
    query = [f"{FIELD}:[{first} TO {last}]"]
    if departments is not None:
        if not departments:
            return []
        query.append(f"owner_org:({' OR '.join(departments)})")
    context: Context = {"ignore_auth": True}
    search = {"fq_list": query, "rows": 1000, "sort": f"{FIELD} asc"}
    found = tk.get_action("package_search")(context, search)
    return [
        {
            "id": dataset["id"],
            "name": dataset["name"],
            "title": dataset["title"],
            "owner_org": dataset["owner_org"],
            "due": due_date(dataset),
        }
        for dataset in found["results"]
    ]


def newly_overdue(today: dt.date) -> list[dict[str, Any]]:
    """Those that became overdue yesterday: each is told once."""
    return overdue(today, since=today - dt.timedelta(days=1))
