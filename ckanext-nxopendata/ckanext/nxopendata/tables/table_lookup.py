"""The table of a file as the site knows it: its columns, whoever made it. Asks no permission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables.page import chart_rules
from ckanext.nxopendata.tables.page.chart_rules import Facts
from ckanext.nxopendata.tables.query import Source
from ckanext.nxopendata.tables.reader.columns import Column


def list_columns(resource_id: str) -> list[Column]:
    """Return the columns of a ready table; of one that came by the DataStore's API, as its dictionary has them.

    Returns:
        an empty list when there is no table.
    """
    state = states.get_state(resource_id)
    if state is not None:
        return [Column(**column) for column in state.columns] if state.state == states.READY else []
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or not (resource.extras or {}).get("datastore_active"):
        return []
    try:
        info = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id, "include_meta": False})
    except tk.ObjectNotFound:
        return []
    return [_column_of_field(field) for field in info["fields"]]


def _column_of_field(field: dict[str, Any]) -> Column:
    info = field.get("info") or {}
    return Column(
        field["id"], str(info.get("label") or field["id"]), str(field["type"]), notes=str(info.get("notes") or "")
    )


def make_source(resource_id: str, columns: Sequence[Column]) -> Source:
    """Return the table to query, with its columns."""
    state = states.get_state(resource_id)
    types = {column.id: column.type for column in columns}
    return Source(resource_id, types, rows=state.rows if state else None, has_words=has_words(state))


def has_words(state: states.State | None) -> bool:
    """Whether the words of a table that we loaded are in its index."""
    return state is not None and state.state == states.READY and not state.around.get("words_later")


def get_facts(resource_id: str, columns: Sequence[Column]) -> Facts:
    """Return what the columns of a table are for."""
    found = states.get_profile(states.get_state(resource_id))
    known = found.columns if found else []
    complete = {profile["id"] for profile in known} >= {column.id for column in columns}
    return chart_rules.make_facts(columns, known if complete else None)
