"""The connection board and the funding list from the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import config
from ckanext.nxopendata.register.connection import funding, status_board
from ckanext.nxopendata.register.connection.models import Connection, Exemption
from ckanext.nxopendata.register.systems import record, system_store

EXCHANGE = "exchange"


def board(
    owner_orgs: Sequence[str] | None, language: str
) -> tuple[tuple[status_board.Platform, ...], list[status_board.Row]]:
    """The platforms, and the rows of some departments (ids); of all and of the five cities and Ningdong for None."""
    platforms, _ = status_board.load(config.connections_file())
    units = _units(owner_orgs, language)
    rows = status_board.board(platforms, units, system_store.list_systems(owner_orgs), _stated(), today())
    return platforms, rows


def platform(key: str) -> status_board.Platform | None:
    """The platform with this key."""
    platforms, _ = status_board.load(config.connections_file())
    return next((each for each in platforms if each.key == key), None)


def kind_of(owner_org: str) -> str:
    """Whether an organisation (id) counts as a city or as a department."""
    group = model.Group.get(owner_org)
    return _kind(departments.extras(group), _cities())


def _cities() -> dict[str, Mapping[str, str]]:
    return {city["region"]: city for city in status_board.load(config.connections_file())[1]}


def _kind(extras: Mapping[str, str], cities: Mapping[str, Any]) -> str:
    """A city is the government of one of the listed regions, of the level of a city."""
    listed = extras.get("nx_region") in cities and extras.get("nx_level") == "city"
    return status_board.CITY if listed and not extras.get("nx_parent") else status_board.DEPARTMENT


def _units(owner_orgs: Sequence[str] | None, language: str) -> list[status_board.Unit]:
    group: Any = model.Group
    query = sa.select(group).where(group.is_organization, group.state == "active").order_by(group.title)
    if owner_orgs is not None:
        query = query.where(group.id.in_(list(owner_orgs)))
    cities, found, present = _cities(), [], set()
    for each in model.Session.scalars(query):
        extras = departments.extras(each)
        kind = _kind(extras, cities)
        if kind == status_board.CITY:
            present.add(extras["nx_region"])
        found.append(status_board.Unit(each.id, departments.text(each.title or each.name, extras, language), kind))
    if owner_orgs is None:
        found += [
            status_board.Unit("", title(city, language), status_board.CITY)
            for region, city in cities.items()
            if region not in present
        ]
    return sorted(found, key=lambda unit: unit.kind == status_board.CITY)


def title(texts: Mapping[str, str], language: str) -> str:
    """A text of the list of connections in ``language`` (a locale)."""
    return texts["zh"] if language.startswith("zh") else texts.get("en") or texts["zh"]


def _stated() -> dict[tuple[str, str], status_board.Stated]:
    rows = model.Session.scalars(sa.select(Connection))
    return {(row.owner_org, row.kind): status_board.Stated(row.status, row.date, row.evidence) for row in rows}


def field_to_api(field: status_board.Field) -> dict[str, Any]:
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
    due = exchange.due.get(status_board.DEPARTMENT) if exchange else None
    rows = model.Session.scalars(sa.select(Exemption))
    exemptions = {row.system_id: funding.Exemption(row.reason, row.until, row.user_name) for row in rows}
    found = system_store.list_systems(owner_orgs, state=record.ACTIVE)
    return funding.lines(found, exemptions, due, funding_since(), today())
