"""Systems in the database: reading them as :class:`.record.System`, writing them with their log.

They are CKAN datasets of type ``system``, validated by ``schemas/system.yaml``, always private, never indexed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic.action.create import package_create
from ckan.logic.action.update import package_update

from ckanext.nxopendata.core import codelists, departments
from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.systems import record, visibility

HIDDEN = frozenset(
    {
        "id",
        "name",
        "type",
        "private",
        "state",
        "owner_org",
        "title",
        "notes",
        "organization",
        "resources",
        "tags",
        "groups",
        "extras",
    }
)
"""Fields of a dataset dict that are not compared for the log; ``title`` and ``notes`` stand in the localised ones."""

DECIDED = frozenset({"nx_state", "nx_disposed", "nx_disposal_note"})
"""Fields of a system that only the steps of the register set."""


def every(owner_orgs: Iterable[str] | None = None, *, state: str | None = None) -> list[record.System]:
    """Systems in the order of the official tables.

    Args:
        owner_orgs: only of these departments (ids); all for None.
        state: only in this state (``active``, ``merged``, ``disposed``).
    """
    where = [model.Package.type == visibility.SYSTEM, model.Package.state == "active"]
    if owner_orgs is not None:
        where.append(model.Package.owner_org.in_(list(owner_orgs)))
    found = _read(sa.and_(*where))
    return [system for system in found if state is None or system.state == state]


def public() -> list[record.System]:
    """The systems that are declared public."""
    package: Any = model.Package
    return _read(
        sa.and_(
            package.type == visibility.SYSTEM,
            package.state == "active",
            package.extras["nx_declared_public"].astext == "1",
        )
    )


def get(reference: str) -> record.System | None:
    """The system with this id or name."""
    package = model.Package
    same = sa.or_(package.id == reference, package.name == reference)
    found = _read(sa.and_(same, package.type == visibility.SYSTEM, package.state == "active"))
    return found[0] if found else None


def _read(where: Any) -> list[record.System]:
    package, group = model.Package, model.Group
    stored: Any = package.extras
    query = (
        sa.select(package.id, package.name, package.title, package.notes, package.owner_org, group.title, stored)
        .join(group, group.id == package.owner_org, isouter=True)
        .where(where)
    )
    rows = model.Session.execute(query)
    found = [
        record.system(
            {
                "id": row[0],
                "name": row[1],
                "title": row[2] or row[1],
                "function": row[3] or "",
                "owner_org": row[4] or "",
                "department": row[5] or "",
            },
            row[6] or {},
        )
        for row in rows
    ]
    return sorted(found, key=record.in_order)


def shown(system: record.System, language: str) -> dict[str, Any]:
    """All that the register knows of a system, as the API gives it: the fields of the schema and the labels."""
    package = model.Package.get(system.id)
    fields = fields_of(package) if package else {}
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


def public_view(system: record.System, language: str) -> dict[str, Any]:
    """What the public may read of a system that is declared public."""
    return {
        "name": system.name,
        "title": system.title_en or system.title if not language.startswith("zh") else system.title,
        "department": departments.title(system.owner_org, language),
        "function": system.function,
        "scope": system.scope,
        "demonstration": system.is_demo,
    }


def fields_of(package: model.Package) -> dict[str, Any]:
    """The fields of the schema as they were given, lists and texts as such."""
    stored: dict[str, Any] = dict(package.extras)
    return {name: _value(value) for name, value in sorted(stored.items())}


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def create(user: str, owner_org: str, fields: Mapping[str, Any], *, commit: bool = True, kind: str = "system") -> str:
    """Enter a system (or, by ``kind``, a project); gives its id.

    Args:
        user: the name of who does it.
        fields: of the schema; ``title`` alone will do for the name.

    Raises:
        tk.ValidationError: by field.
    """
    data = {name: value for name, value in fields.items() if value not in ("", None, [], {})}
    data |= {"type": kind, "owner_org": owner_org, "private": True}
    identifier = str(package_create(_context(user), data))
    package = model.Package.get(identifier)
    if package is None:
        raise tk.ObjectNotFound(identifier)
    log.write(kind, package.id, owner_org, "create", user, log.difference({}, fields_of(package)))
    if commit:
        model.Session.commit()
    return package.id


def update(
    user: str,
    identifier: str,
    changes: Mapping[str, Any],
    *,
    action: str = "update",
    opinion: str = "",
    commit: bool = True,
) -> dict[str, Any]:
    """Change fields of a system or project; gives what changed, field -> ``[before, after]``.

    Raises:
        tk.ValidationError: by field.
    """
    package = model.Package.get(identifier)
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such entry"))
    before = fields_of(package)
    data: dict[str, Any] = before | dict(changes)
    # The plain texts follow the localised ones, unless they alone were sent.
    for plain, localised in (("title", "title_translated"), ("notes", "notes_translated")):
        data[plain] = changes.get(plain) or ("" if localised in changes else getattr(package, plain) or "")
        if plain in changes and localised not in changes:
            data.pop(localised, None)
    data |= {"id": package.id, "name": package.name, "type": package.type, "private": True}
    data["owner_org"] = package.owner_org
    data = {name: value for name, value in data.items() if value is not None}
    package_update(_context(user), data)
    model.Session.flush()
    model.Session.refresh(package)
    changed = log.difference(before, fields_of(package))
    if changed or action != "update":
        log.write(package.type, package.id, package.owner_org or "", action, user, changed, opinion)
    if commit:
        model.Session.commit()
    return changed


def check(user: str, owner_org: str, fields: Mapping[str, Any], *, kind: str = "system") -> dict[str, Any]:
    """What the schema says against these fields, by field; nothing is written."""
    data = {name: value for name, value in fields.items() if value not in ("", None, [], {})}
    data |= {"type": kind, "owner_org": owner_org, "private": True}
    plugin = lib_plugins.lookup_package_plugin(kind)
    _, errors = lib_plugins.plugin_validate(
        plugin, _context(user), data, plugin.create_package_schema(), "package_create"
    )
    return dict(errors)


def _context(user: str) -> Any:
    # Neither committed nor indexed by CKAN: the log goes into the same transaction, and the index never has them.
    return {
        "model": model,
        "session": model.Session,
        "user": user,
        "auth_user_obj": model.User.get(user),
        "ignore_auth": True,
        "defer_commit": True,
        "return_id_only": True,
        "nx_register": True,
    }


def touch() -> str:
    """The moment, as the register writes it into lists and files."""
    return utc_now().isoformat(timespec="seconds") + "Z"
