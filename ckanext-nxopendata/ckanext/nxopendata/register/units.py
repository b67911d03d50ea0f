"""Who answers for a department (tables 4 and 5), for the department itself and the supervising offices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import codelists, departments
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.model import Unit, now
from ckanext.nxopendata.register.tables import content

PEOPLE = ("leader", "contact")
PARTS = ("name", "post", "phone")
FIELDS = tuple(f"{person}_{part}" for person in PEOPLE for part in PARTS)


def people(owner_org: str) -> dict[str, str]:
    """``leader_name``, ``leader_post``, ``leader_phone`` and the same of ``contact``; "" where nothing is known."""
    row = model.Session.get(Unit, owner_org)
    stored: Mapping[str, Mapping[str, str]] = row.people if row else {}
    return {name: stored.get(name.partition("_")[0], {}).get(name.partition("_")[2], "") for name in FIELDS}


def update(user: str, owner_org: str, changes: Mapping[str, str]) -> None:
    """Change who answers for a department; commits."""
    before = people(owner_org)
    after = before | {name: value.strip() for name, value in changes.items() if name in FIELDS}
    row = model.Session.get(Unit, owner_org) or Unit(owner_org=owner_org)
    row.people = {person: {part: after[f"{person}_{part}"] for part in PARTS} for person in PEOPLE}
    row.modified = now()
    model.Session.add(row)
    # That a number changed is kept for good, not the number: it is a person's.
    changed = {
        name: ["…" if name.endswith("phone") and value else value for value in pair]
        for name, pair in log.difference(before, after).items()
    }
    log.write("department", owner_org, owner_org, "update", user, changed)
    model.Session.commit()


def every(owner_orgs: Iterable[str] | None = None) -> list[content.Unit]:
    """The departments as tables 4 and 5 tell them, by title; all that have an entry or systems for None."""
    group: Any = model.Group
    query = sa.select(group).where(group.is_organization, group.state == "active").order_by(group.title)
    if owner_orgs is not None:
        query = query.where(group.id.in_(list(owner_orgs)))
    return [_unit(found) for found in model.Session.scalars(query)]


def filler(owner_org: str | None) -> content.Filler:
    """The line above a department's tables."""
    if owner_org is None:
        return content.Filler()
    stored = people(owner_org)
    return content.Filler(departments.title(owner_org, "zh"), stored["contact_name"], stored["contact_phone"])


def _unit(group: model.Group) -> content.Unit:
    extras = departments.extras(group)
    kind = extras.get("nx_unit_type") or ""
    return content.Unit(
        title=departments.text(group.title or group.name, extras, "zh"),
        unit_type=codelists.label("unit_type", kind, "zh") if kind else "",
        staff=extras.get("nx_staff") or "",
        posts=extras.get("nx_posts") or "",
        **people(group.id),
    )
