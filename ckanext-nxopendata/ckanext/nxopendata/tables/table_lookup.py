"""The table of a file as the site knows it: its columns, whoever made it. Asks no permission."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.query import Source
from ckanext.nxopendata.tables.reader.columns import Column


def columns(resource_id: str) -> list[Column]:
    """The columns of a ready table; of one that came by the DataStore's API, as its dictionary has them.

    Returns:
        an empty list when there is no table.
    """
    state = states.get(resource_id)
    if state is not None:
        return [Column(**column) for column in state.columns] if state.state == states.READY else []
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or not (resource.extras or {}).get("datastore_active"):
        return []
    try:
        info = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id, "include_meta": False})
    except tk.ObjectNotFound:
        return []
    return [_described(field) for field in info["fields"]]


def _described(field: dict[str, Any]) -> Column:
    said = field.get("info") or {}
    return Column(
        field["id"], str(said.get("label") or field["id"]), str(field["type"]), notes=str(said.get("notes") or "")
    )


def source(resource_id: str, found: list[Column]) -> Source:
    """The table to ask, with its columns."""
    state = states.get(resource_id)
    return Source(resource_id, {column.id: column.type for column in found}, rows=state.rows if state else None)
