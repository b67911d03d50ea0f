"""The database rows of datasets, many at a time: packages, resources, tags and memberships."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.model.types import make_uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from ckanext.nxopendata.bulk_write.requests import Json
from ckanext.nxopendata.core.timezone import utc_now

TAGS_LOCK = 0x6E787461
"""Key of the advisory lock under which new tags are made: CKAN's table lets two of one name in."""


def load_or_create_tags(names: set[str]) -> dict[str, model.Tag]:
    """Return the free tags of these names; those that are missing are made.

    New tags are committed at once, in a session of their own under a lock, so that two workers never make two
    tags of one name.
    """
    query = sa.select(model.Tag).where(model.Tag.name.in_(names), model.Tag.vocabulary_id.is_(None))
    tags = {tag.name: tag for tag in model.Session.scalars(query)}
    missing = names - tags.keys()
    if not missing:
        return tags
    with model.meta.create_local_session() as session, session.begin():
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(TAGS_LOCK)))
        there = sa.select(model.Tag.name).where(model.Tag.name.in_(missing), model.Tag.vocabulary_id.is_(None))
        for name in sorted(missing - set(session.scalars(there))):
            session.add(model.Tag(name=name))
    return tags | {tag.name: tag for tag in model.Session.scalars(query.where(model.Tag.name.in_(missing)))}


def add_package(data: Json, tags: Mapping[str, model.Tag], time: dt.datetime) -> model.Package:
    """Add the rows of a validated new dataset to the session; as ``package_dict_save`` without its queries."""
    values = {key: value for key, value in data.items() if key not in ("metadata_created", "plugin_data")}
    extras = {extra["key"]: extra["value"] for extra in data.get("extras") or ()}
    package = model.Package()
    package.from_dict({**values, "extras": extras})
    if not values.get("metadata_modified"):
        package.metadata_modified = time
    model.Session.add(package)
    package.resources_all[:] = [_build_resource(entry, package.id) for entry in data.get("resources") or ()]
    for tag in {tag["name"]: tag for tag in data.get("tags") or ()}.values():
        model.Session.add(model.PackageTag(package, tags[tag["name"]], "active"))
    return package


def _build_resource(entry: Json, package_id: str) -> model.Resource:
    if entry.get("url") and entry.get("url_type") == "upload":
        entry["url"] = entry["url"].rsplit("/")[-1]
    for name in ("extras", "revision_timestamp", "tracking_summary"):
        entry.pop(name, None)
    entry["package_id"] = package_id
    resource = model.Resource()
    changed, skipped = resource.from_dict(entry)
    if "url" in changed:
        resource.url_changed = True
    resource.metadata_modified = utc_now()
    resource.state = "active"
    resource.extras = skipped
    return resource


def load_packages(ids: Collection[str], *, lock: bool = False) -> dict[str, model.Package]:
    """Read datasets with their files and tags, in three queries; keep them as long as they are to stay in the session.

    Args:
        lock: keep others from writing them until the end of the transaction.
    """
    package: Any = model.Package
    entry: Any = model.PackageTag
    query = (
        sa.select(package)
        .where(package.id.in_(ids))
        .order_by(package.id)  # two writers of the same datasets lock them in the same order
        .options(selectinload(package.resources_all), selectinload(package.package_tags).joinedload(entry.tag))
        .execution_options(populate_existing=True)
    )
    if lock:
        query = query.with_for_update(of=package)
    return {found.id: found for found in model.Session.scalars(query)}


def find_unchanged_resources(plugin: Any, package: model.Package, current: Json, data: Json) -> dict[int, int]:
    """Return new position -> old position of the resources that ``package_update`` would not save again."""
    dependencies: list[str] = []
    if hasattr(plugin, "resource_validation_dependencies"):
        dependencies = plugin.resource_validation_dependencies(package.type)
    missing = object()
    if any(current.get(name, missing) != data.get(name, missing) for name in dependencies):
        return {}
    old = {resource["id"]: resource for resource in current["resources"]}
    return {
        i: resource["position"]
        for i, resource in enumerate(data["resources"])
        if resource == old.get(resource.get("id"), ())
    }


def has_free_resource_ids(datasets: Sequence[Json]) -> bool:
    """Whether no id that the resources of these datasets bring along is in use."""
    given = [resource.get("id") for dataset in datasets for resource in dataset.get("resources") or ()]
    ids = [identifier for identifier in given if identifier]
    query = sa.select(model.Resource.id).where(model.Resource.id.in_(ids), model.Resource.state != "deleted")
    return len(set(ids)) == len(ids) and model.Session.scalar(query.limit(1)) is None


def find_resource_owners(datasets: Sequence[Json]) -> dict[str, str]:
    """Map those ids of files that these datasets bring along and that are in use to the datasets that have them."""
    ids = [
        identifier for dataset in datasets for file in dataset.get("resources") or () if (identifier := file.get("id"))
    ]
    query = sa.select(model.Resource.id, model.Resource.package_id).where(
        model.Resource.id.in_(ids), model.Resource.state != "deleted"
    )
    return {row.id: row.package_id or "" for row in model.Session.execute(query)}


def save_memberships(packages: Sequence[model.Package]) -> None:
    """Make the datasets members of their organizations."""
    rows = [
        {
            "id": make_uuid(),
            "table_id": package.id,
            "table_name": "package",
            "capacity": "organization",
            "group_id": package.owner_org,
            "state": "active",
        }
        for package in packages
        if package.owner_org
    ]
    if rows:
        model.Session.execute(insert(model.Member), rows)
