"""DataStore's writing actions: rows that they wrote are examined before anybody reads them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.nxopendata.safety import models


def _note_rows(resource_id: Any) -> None:
    resource = model.Session.get(model.Resource, str(resource_id or ""))
    if resource is not None:
        models.write_content(resource.id, models.ROWS, resource.package_id or "", sha256="", size=-1, attempts=0)


@tk.chained_action
def datastore_create(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Create a table or change it; its rows are closed to the public until they are examined."""
    # A chain: DataStore has no hook for what was written.
    result = original(context, data_dict)
    _note_rows(result.get("resource_id") if isinstance(result, dict) else None)
    return result


@tk.chained_action
def datastore_upsert(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Write rows; they are closed to the public until they are examined."""
    result = original(context, data_dict)
    _note_rows(data_dict.get("resource_id"))
    return result
