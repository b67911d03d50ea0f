"""Which tags, formats and datasets the public knows, read from the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

AT_ONCE = 1000
"""Names in one statement."""

IS_PUBLIC = sa.and_(
    model.Package.private.is_(False), model.Package.state == "active", ~model.Package.extras.has_key("nx_withdrawn")
)
"""Condition of a dataset that everybody finds; of one that left its source it sees only the withdrawal."""


def sees_everything(context: Context) -> bool:
    """Return whether nothing is hidden from a caller: system administrators, and the site itself."""
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))


def find_public_tags(names: Iterable[str]) -> set[str]:
    """Return which of the names are tags of public datasets."""
    query = (
        sa.select(model.Tag.name)
        .distinct()
        .join(model.PackageTag, model.PackageTag.tag_id == model.Tag.id)
        .join(model.Package, model.Package.id == model.PackageTag.package_id)
        .where(model.PackageTag.state == "active", IS_PUBLIC)
    )
    return _among(query, model.Tag.name, names)


def find_public_formats(formats: Iterable[str]) -> set[str]:
    """Return which of the formats (in small letters) files of public datasets have."""
    lower = sa.func.lower(model.Resource.format)
    query = (
        sa.select(lower)
        .distinct()
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(model.Resource.state == "active", IS_PUBLIC)
    )
    return _among(query, lower, formats)


def find_public_datasets(ids: Iterable[str]) -> set[str]:
    """Return which of the ids are of public datasets."""
    return _among(sa.select(model.Package.id).where(IS_PUBLIC), model.Package.id, ids)


def find_hidden_datasets(context: Context, ids: Iterable[str]) -> set[str]:
    """Return which of the ids are of datasets that the caller may not read."""
    stored = _among(sa.select(model.Package.id), model.Package.id, ids := list(ids))
    doubtful = stored - find_public_datasets(ids)
    return {dataset_id for dataset_id in doubtful if not _may_read(context, dataset_id)}


def _may_read(context: Context, dataset_id: str) -> bool:
    asking: Context = {"user": context.get("user", "")}
    try:
        return tk.check_access("package_show", asking, {"id": dataset_id})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False


def _among(query: Any, column: Any, values: Iterable[str]) -> set[str]:
    known, found = sorted(set(values)), set()
    for start in range(0, len(known), AT_ONCE):
        found |= set(model.Session.scalars(query.where(column.in_(known[start : start + AT_ONCE]))))
    return found
