"""CKAN's own ways, closed for systems and projects: the register's actions keep the log, and say who sees what."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.core import params
from ckanext.nxopendata.register.systems.visibility import TYPES


def _refuse() -> None:
    raise tk.NotAuthorized(tk._("Systems and projects are changed in the register, and never deleted"))


def _is_ours(reference: Any) -> bool:
    found = model.Package.get(reference) if reference and params.key(reference) else None
    return found is not None and found.type in TYPES


@tk.chained_action
def package_create(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if data_dict.get("type") in TYPES:
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def package_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if _is_ours(data_dict.get("id") or data_dict.get("name")) or data_dict.get("type") in TYPES:
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def package_delete(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if _is_ours(data_dict.get("id")):
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def dataset_purge(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if _is_ours(data_dict.get("id")):
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def package_owner_org_update(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; systems and projects do not change hands this way."""
    # Writers, CKAN's and ours, call it for themselves with ``ignore_auth``.
    if _is_ours(data_dict.get("id")) and not context.get("ignore_auth"):
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def package_collaborator_create(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if _is_ours(data_dict.get("id")):
        _refuse()
    return original(context, data_dict)


@tk.chained_action
def package_relationship_create(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's; not for systems and projects."""
    if _is_ours(data_dict.get("subject")) or _is_ours(data_dict.get("object")):
        _refuse()
    return original(context, data_dict)


@tk.chained_action
@tk.side_effect_free
def member_list(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, without systems and projects: it tells anybody what an organisation has, private or not."""
    found = original(context, data_dict)
    packages = [row[0] for row in found if row[1] == "package"]
    package: Any = model.Package
    ours = sa.select(package.id).where(package.id.in_(packages), package.type.in_(TYPES))
    hidden = set(model.Session.scalars(ours)) if packages else set()
    return [row for row in found if row[0] not in hidden]


@tk.chained_action
def bulk_update_public(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, of at most 1,000 datasets; not for systems and projects."""
    _check_bulk("bulk_update_public", context, data_dict)
    return original(context, data_dict)


@tk.chained_action
def bulk_update_private(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, of at most 1,000 datasets; not for systems and projects."""
    _check_bulk("bulk_update_private", context, data_dict)
    return original(context, data_dict)


@tk.chained_action
def bulk_update_delete(original: Any, context: Context, data_dict: dict[str, Any]) -> Any:
    """As CKAN's, of at most 1,000 datasets; not for systems and projects."""
    _check_bulk("bulk_update_delete", context, data_dict)
    return original(context, data_dict)


def _check_bulk(action: str, context: Context, data_dict: dict[str, Any]) -> None:
    params.text(data_dict, "org_id")  # the auth function looks it up
    tk.check_access(action, context, data_dict)
    references = params.texts(data_dict, "datasets")
    package: Any = model.Package
    named = sa.or_(package.id.in_(references), package.name.in_(references))
    if model.Session.scalar(sa.select(sa.exists().where(package.type.in_(TYPES), named))):
        _refuse()
