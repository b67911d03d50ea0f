"""Read all datasets for a comparison of their sources, in one query."""

from __future__ import annotations

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.catalogue.data_sources.entries import Entry, item_names
from ckanext.nxopendata.catalogue.schema import filing_rules
from ckanext.nxopendata.core import departments, localised


def read_entries(reader_departments: list[str] | None) -> list[Entry]:
    """Return the datasets in the order of their titles.

    Args:
        reader_departments: ids of departments of whose datasets also those are given that are not public; None for all
            departments.
    """
    package = model.Package
    extras = package.extras
    columns = [extras[name].astext for name in ("nx_class_code", "nx_share_type", "nx_items")]
    query = sa.select(
        package.id, package.name, package.title, package.owner_org, package.private, package.state, *columns
    )
    query = query.where(package.type == "dataset", package.state.in_(("active", "draft"))).order_by(package.title)
    public = sa.and_(package.state == "active", sa.not_(package.private))
    if reader_departments is not None:
        query = query.where(sa.or_(public, package.owner_org.in_(reader_departments)))
    rows = model.Session.execute(query)
    return [
        Entry(
            identifier,
            name,
            title or name,
            owner or "",
            filing_rules.title_key(title or ""),
            class_code or "",
            share_type or "",
            item_names(items),
            state == "active" and not private,
        )
        for identifier, name, title, owner, private, state, class_code, share_type, items in rows
    ]


def department_names() -> dict[str, str]:
    """Return the Chinese names of all departments by id."""
    query = model.Session.query(model.Group).filter_by(is_organization=True, state="active")
    return {group.id: _name(group) for group in query}


def _name(group: model.Group) -> str:
    texts = localised.parse(departments.extras(group).get("title_translated"))
    return localised.choose(texts, localised.DEFAULT)[0] or group.title or group.name
