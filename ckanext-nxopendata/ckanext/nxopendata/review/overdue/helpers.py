"""Template helpers of overdue updates."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.catalogue import update_deadlines
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.review.overdue import overdue_updates


def nx_update_due(dataset: dict[str, Any]) -> dict[str, Any] | None:
    """When a dataset's next update is due: ``{"day", "overdue"}``; None without a cycle and before publication."""
    day = update_deadlines.due_date(dataset)
    if day is None or (dataset.get("private") and not overdue_updates.select_published([dataset])):
        return None
    return {"day": day, "overdue": day < today().isoformat()}


def nx_overdue_datasets(limit: int) -> dict[str, Any]:
    """The overdue datasets of the reader's departments, of all for the office: ``count``, the first ``datasets``."""
    user = getattr(tk.current_user, "name", None)
    if not user:
        return {"count": 0, "datasets": []}
    departments = None
    if not roles.is_office(user) and not authz.is_sysadmin(user):
        mine = tk.get_action("organization_list_for_user")({"user": user}, {"permission": "update_dataset"})
        departments = [organization["id"] for organization in mine]
    count, found = overdue_updates.find_overdue(today(), departments, limit)
    return {"count": count, "datasets": found}
