"""CKAN's own actions for departments and groups: their names in the reader's language.

CKAN has no hook for what its lists show, and none that knows a department's former name.
"""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.catalogue.multilingual import output
from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language

KIND = ("type", "is_organization", "approval_status")
"""Columns that say what a group is; nobody changes them."""


@tk.chained_action
@tk.side_effect_free
def organization_list(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; with ``all_fields``, ``display_name`` is in the reader's language."""
    return _named(original(context, data_dict))


@tk.chained_action
@tk.side_effect_free
def organization_list_for_user(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; ``display_name`` is in the reader's language."""
    return _named(original(context, data_dict))


@tk.chained_action
def organization_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; the departments below follow a new name, and a department stays one."""
    stored = _find(data_dict)
    old = stored.name if stored else None
    result = original(context, _with_its_kind(data_dict, stored))
    if stored and old and stored.name != old:
        departments.rename(old, stored.name)
        model.Session.commit()
    return result


@tk.chained_action
def group_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; a group stays one."""
    return original(context, _with_its_kind(data_dict, _find(data_dict)))


def _find(data_dict: dict[str, Any]) -> model.Group | None:
    reference = data_dict.get("id")
    return model.Group.get(reference) if isinstance(reference, str) else None


def _with_its_kind(data_dict: dict[str, Any], stored: model.Group | None) -> dict[str, Any]:
    """The data with what says what a group is: CKAN stores what was sent, and no page finds a department without it."""
    return data_dict | {name: getattr(stored, name) for name in KIND} if stored else data_dict


@tk.chained_action
@tk.side_effect_free
def group_list(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; with ``all_fields``, ``display_name`` is in the reader's language."""
    return _named(original(context, data_dict))


def _named(groups: Any) -> Any:
    output.localise_names([group for group in groups if isinstance(group, dict)], reader_language())
    return groups
