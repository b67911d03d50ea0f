"""Systems in the database: reading them as :class:`.record.System`, writing them with their log.

Their table is the register's own, their fields those of ``schemas/system.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import ErrorDict

from ckanext.nxopendata.core import codelists, departments
from ckanext.nxopendata.core.batch_memo import batched_lookup
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.models import SystemRow


def list_systems(owner_orgs: Iterable[str] | None = None, *, state: str | None = None) -> list[record.System]:
    """Systems in the order of the official tables.

    Args:
        owner_orgs: only of these departments (ids); all for None.
        state: only in this state (``active``, ``merged``, ``disposed``).
    """
    found = _read(sa.true() if owner_orgs is None else SystemRow.owner_org.in_(list(owner_orgs)))
    return [system for system in found if state is None or system.state == state]


def list_public_systems() -> list[record.System]:
    """The systems that are declared public."""
    return _read(SystemRow.fields["nx_declared_public"].astext == "1")


def find_system(reference: str) -> record.System | None:
    """The system with this id or name."""
    found = _read(sa.or_(SystemRow.id == reference, SystemRow.name == reference))
    return found[0] if found else None


def _read(where: Any) -> list[record.System]:
    group: Any = model.Group
    query = sa.select(SystemRow, group.title).join(group, group.id == SystemRow.owner_org, isouter=True).where(where)
    found = [
        record.build_system(
            {"id": row.id, "name": row.name, "title": row.title, "owner_org": row.owner_org, "department": title or ""},
            row.fields,
        )
        for row, title in model.Session.execute(query)
    ]
    return sorted(found, key=record.sort_key)


def to_api(system: record.System, language: str) -> dict[str, Any]:
    """All that the register knows of a system, as the API gives it: the fields of the schema and the labels."""
    row = batched_lookup("systems", system.id, _find_rows)
    fields = dict(sorted(row.fields.items())) if row else {}
    return {
        "id": system.id,
        "name": system.name,
        "title": system.title,
        "owner_org": system.owner_org,
        "department": departments.title(system.owner_org, language),
        **fields,
        "nx_plan": system.plan,
        "nx_state": system.state,
        "plan_label": codelists.label("system_plan", system.plan, language),
        "state_label": codelists.label("system_state", system.state, language),
    }


def _find_rows(ids: Iterable[str]) -> dict[str, SystemRow]:
    query = sa.select(SystemRow).where(SystemRow.id.in_(list(ids)))
    return {row.id: row for row in model.Session.scalars(query)}


def to_public_api(system: record.System, language: str) -> dict[str, Any]:
    """What the public may read of a system that is declared public."""
    return {
        "name": system.name,
        "title": system.title_en or system.title if not language.startswith("zh") else system.title,
        "department": departments.title(system.owner_org, language),
        "function": system.function,
        "scope": system.scope,
        "demonstration": system.is_demo,
    }


def create(user: str, owner_org: str, fields: Mapping[str, Any]) -> str:
    """Enter a system, in the session's transaction; gives its id.

    Args:
        user: the name of who does it.
        fields: of the schema; ``title`` alone will do for the name.

    Raises:
        tk.ValidationError: by field.
    """
    return entry_store.create(SystemRow, user, owner_org, fields).id


def update(
    user: str, identifier: str, changes: Mapping[str, Any], *, action: str = "update", opinion: str = ""
) -> dict[str, Any]:
    """Change fields of a system (id), in the session's transaction; gives what changed, field -> ``[before, after]``.

    Raises:
        tk.ValidationError: by field.
    """
    row = model.Session.get(SystemRow, identifier)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such entry"))
    return entry_store.update(row, user, changes, action=action, opinion=opinion)


def check(user: str, fields: Mapping[str, Any]) -> ErrorDict:
    """What the schema says against these fields, by field; nothing is written."""
    return entry_store.check(SystemRow, user, fields)
