"""CKAN's own actions for datasets: data of another shape than its fields is refused before CKAN reads it.

CKAN looks a dataset up by ``id`` and ``name`` and its plugin by ``type`` before any validator or hook of a plugin runs.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core.payload import action_guard, value_types


@tk.chained_action
def package_create(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Create a dataset."""
    _check_types(data_dict)
    return original(context, data_dict)


@tk.chained_action
def package_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """Update a dataset."""
    _check_types(data_dict)
    return original(context, data_dict)


def _check_types(data: dict[str, Any]) -> None:
    if errors := value_types.find_core_type_errors(data):
        raise tk.ValidationError(action_guard.to_error_dict(errors))
