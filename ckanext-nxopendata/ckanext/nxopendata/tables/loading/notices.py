"""What a department is told of a file that does not become a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.core.notifications.topics import Params, register_topic
from ckanext.nxopendata.tables import messages, models

FAILED = "table_failed"


def register_topics() -> None:
    """Make the topic of the tables known."""
    register_topic(FAILED, _explain, _page)


def _explain(params: Params) -> str:
    reason = messages.describe_state(models.FAILED, params["code"], params["params"])
    return tk._('No table was made of "{file}" of "{title}": {reason}').format(
        file=params["file"], title=params["title"], reason=reason
    )


def _page(params: Params, *, external: bool) -> str:
    return tk.url_for("nx_table_plans.edit", id=params["dataset"], resource_id=params["resource"], _external=external)


def tell_of_failure(resource: Any, code: str, reason: Mapping[str, Any]) -> None:
    """Tell who edits the dataset why a file has no table; the caller commits."""
    package = resource.package
    params = {
        "file": resource.name or (resource.extras or {}).get("nx_file_name") or "",
        "title": package.title or package.name,
        "dataset": package.name,
        "resource": resource.id,
        "code": code,
        "params": dict(reason),
    }
    inbox.tell(roles.people(package.owner_org, ("admin", "editor")), FAILED, params)
