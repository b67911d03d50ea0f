"""The connection board and the funding list from the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.catalogue import departments
from ckanext.nxopendata.register import config, connection, funding, record, systems
from ckanext.nxopendata.register.clock import today
from ckanext.nxopendata.register.model import Connection, Exemption

EXCHANGE = "exchange"


def board(
    owner_orgs: Sequence[str] | None, language: str
) -> tuple[tuple[connection.Platform, ...], list[connection.Row]]:
    """The platforms, and the rows of some departments (ids); of all and of the five cities and Ningdong for None."""
    platforms, _ = connection.load(config.connections_file())
    units = _units(owner_orgs, language)
    rows = connection.board(platforms, units, systems.every(owner_orgs), _stated(), today())
    return platforms, rows


def platform(key: str) -> connection.Platform | None:
    """The platform with this key."""
    platforms, _ = connection.load(config.connections_file())
    return next((each for each in platforms if each.key == key), None)


def kind_of(owner_org: str) -> str:
    """Whether an organisation (id) counts as a city or as a department."""
    group = model.Group.get(owner_org)
    return _kind(departments.extras(group), _cities())


def _cities() -> dict[str, Mapping[str, str]]:
    return {city["region"]: city for city in connection.load(config.connections_file())[1]}


def _kind(extras: Mapping[str, str], cities: Mapping[str, Any]) -> str:
    """A city is the government of one of the listed regions, of the level of a city."""
    listed = extras.get("nx_region") in cities and extras.get("nx_level") == "city"
    return connection.CITY if listed and not extras.get("nx_parent") else connection.DEPARTMENT


def _units(owner_orgs: Sequence[str] | None, language: str) -> list[connection.Unit]:
    group: Any = model.Group
    query = sa.select(group).where(group.is_organization, group.state == "active").order_by(group.title)
    if owner_orgs is not None:
        query = query.where(group.id.in_(list(owner_orgs)))
    cities, found, present = _cities(), [], set()
    for each in model.Session.scalars(query):
        extras = departments.extras(each)
        kind = _kind(extras, cities)
        if kind == connection.CITY:
            present.add(extras["nx_region"])
        found.append(connection.Unit(each.id, departments.text(each.title or each.name, extras, language), kind))
    if owner_orgs is None:
        found += [
            connection.Unit("", title(city, language), connection.CITY)
            for region, city in cities.items()
            if region not in present
        ]
    return sorted(found, key=lambda unit: unit.kind == connection.CITY)


def title(texts: Mapping[str, str], language: str) -> str:
    """A text of the list of connections in ``language`` (a locale)."""
    return texts["zh"] if language.startswith("zh") else texts.get("en") or texts["zh"]


def _stated() -> dict[tuple[str, str], connection.Stated]:
    rows = model.Session.scalars(sa.select(Connection))
    return {(row.owner_org, row.kind): connection.Stated(row.status, row.date, row.evidence) for row in rows}


def plain(field: connection.Field) -> dict[str, Any]:
    """A field of the board as the API gives it."""
    return {
        "platform": field.platform,
        "connected": field.connected,
        "required": field.required,
        "unstated": field.unstated,
        "due": field.due.isoformat() if field.due else None,
        "state": field.state,
        "date": field.date,
        "evidence": field.evidence,
    }


def funding_since() -> dt.date:
    """From when the funding rule holds."""
    return config.funding_from()


def funding_lines(owner_orgs: Sequence[str] | None) -> list[funding.Line]:
    """The systems that the funding rule meets, of some departments (ids) or of all."""
    exchange = platform(EXCHANGE)
    due = exchange.due.get(connection.DEPARTMENT) if exchange else None
    rows = model.Session.scalars(sa.select(Exemption))
    exemptions = {row.system_id: funding.Exemption(row.reason, row.until, row.user_name) for row in rows}
    found = systems.every(owner_orgs, state=record.ACTIVE)
    return funding.lines(found, exemptions, due, funding_since(), today())
