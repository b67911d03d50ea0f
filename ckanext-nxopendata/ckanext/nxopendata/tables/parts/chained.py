"""Further tables of a file go with it, however the dataset is written: ``resource_delete`` updates it as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.nxopendata.tables import origin


@tk.chained_action
def package_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, without the tables whose file is not stored in the dataset any more."""
    resources = data_dict.get("resources")
    entries = [entry for entry in resources if isinstance(entry, Mapping)] if isinstance(resources, list) else []
    parts = [entry for entry in entries if origin.is_part(entry)]
    if parts:
        leaving = _list_stored(data_dict) - {str(entry.get("id") or "") for entry in entries if _is_stored(entry)}
        orphans = [entry for entry in parts if str(entry[origin.PART_OF]) in leaving]
        data_dict = data_dict | {"resources": [entry for entry in entries if entry not in orphans]}
    return original(context, data_dict)


def _list_stored(data_dict: Mapping[str, Any]) -> set[str]:
    """The files that are stored in the dataset as it stands."""
    dataset = model.Package.get(str(data_dict.get("id") or data_dict.get("name") or ""))
    return {file.id for file in dataset.resources if file.url_type == "upload"} if dataset else set()


def _is_stored(entry: Mapping[str, Any]) -> bool:
    """Whether a file is, or stays, one that is stored here: what a write does not name stays as it is."""
    return bool(entry.get("upload")) or entry.get("url_type", "upload") == "upload"
