"""Departments as a tree, with their titles in any language."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.batch_memo import memoized


def tree(language: str) -> list[dict[str, Any]]:
    """Return all departments, each after the one above it, by title within one parent.

    Returns:
        ``{"name", "title", "depth"}`` each; ``depth`` is 0 for those that stand under none.
    """
    group = model.Group
    stored: Any = getattr(group, "extras")  # noqa: B009  CKAN does not declare it to type checkers
    rows = model.Session.execute(
        sa.select(group.name, group.title, stored).where(group.is_organization, group.state == "active")
    )
    known = {name: (text(title, fields, language), fields.get("nx_parent")) for name, title, fields in rows}
    below: dict[str | None, list[str]] = {}
    for name, (_title, parent) in sorted(known.items(), key=lambda item: item[1][0]):
        below.setdefault(parent if parent in known else None, []).append(name)
    ordered: list[dict[str, Any]] = []

    def add(parent: str | None, depth: int) -> None:
        for name in below.get(parent, ()):
            ordered.append({"name": name, "title": known[name][0], "depth": depth})
            add(name, depth + 1)

    add(None, 0)
    return ordered


def title(name: str, language: str) -> str:
    """Return the title of the department with this name or id; the name itself when there is none."""

    def read() -> str:
        found = model.Group.get(name)
        return text(found.title or found.name, extras(found), language) if found else name

    return memoized(("department", name, language), read)


def titles(language: str, names: Collection[str] | None = None) -> dict[str, str]:
    """Return the titles of departments in one query: by id, and by name.

    Args:
        names: ids or names of those that are needed; all by default.
    """
    group = model.Group
    stored: Any = getattr(group, "extras")  # noqa: B009  as above
    query = sa.select(group.id, group.name, group.title, stored).where(group.is_organization)
    if names is not None:
        query = query.where(sa.or_(group.id.in_(names), group.name.in_(names)))
    rows = [(row[0], row[1], text(row[2] or row[1], row[3], language)) for row in model.Session.execute(query)]
    return {key: title for own_id, name, title in rows for key in (own_id, name)}


def rename(old: str, new: str) -> None:
    """Move the departments below one to its new name (its address). Does not commit."""
    group = model.Group
    stored: Any = getattr(group, "extras")  # noqa: B009  as above
    below: Any
    for below in model.Session.scalars(sa.select(group).where(stored["nx_parent"].astext == old)):
        below.extras = {**extras(below), "nx_parent": new}


def extras(group: model.Group | None) -> dict[str, str]:
    """Return the fields of ours that a department has; {} for None."""
    return dict(getattr(group, "extras", None) or {})


def text(plain: str, stored: Any, language: str) -> str:
    """Return a department's title in ``language`` (a locale), from what the database holds of it."""
    return chosen(plain, stored, language)[0]


def chosen(plain: str, stored: Any, language: str) -> tuple[str, str]:
    """Return a department's title for a reader of ``language``, and the language that the title is in."""
    return localised.choose(texts(plain, stored), language)


def texts(plain: str, stored: Any) -> dict[str, str]:
    """Return a department's title by language, from what the database holds of it."""
    try:
        found = localised.parse((stored or {}).get("title_translated"))
    except localised.LocalisedValueError:
        found = {}
    return found or {localised.DEFAULT: plain}
