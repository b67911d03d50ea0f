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
from ckanext.nxopendata.register.connection import funding, requirement, status_board
from ckanext.nxopendata.register.connection.models import Connection, Exemption
from ckanext.nxopendata.register.systems import record, system_store

EXCHANGE = requirement.EXCHANGE


def load_board(
    owner_orgs: Sequence[str] | None, language: str
) -> tuple[tuple[status_board.Platform, ...], list[status_board.Row]]:
    """The platforms, and the rows of some departments (ids); of all and of the five cities and Ningdong for None."""
    platforms, _ = status_board.load(config.connections_file())
    units = _units(owner_orgs, language)
    rows = status_board.build_board(platforms, units, system_store.list_systems(owner_orgs), _stated(), today())
    return platforms, rows


def count_connections(owner_orgs: Sequence[str] | None) -> tuple[requirement.Tally, requirement.Tally]:
    """How many systems are to connect to the exchange platform and do, and how many units by platforms of their own.

    The sums of the board's column: the first is of departments, the second of the five cities and Ningdong.

    Args:
        owner_orgs: ids; all, and the cities that are not on the site, for None.
    """
    platforms, rows = load_board(owner_orgs, "zh")
    place = next((number for number, each in enumerate(platforms) if each.key == EXCHANGE), None)
    sums = {kind: [0, 0] for kind in (status_board.DEPARTMENT, status_board.CITY, status_board.LOCAL)}
    for row in rows:
        if place is None:
            break
        field = row.fields[place]
        sums[row.unit.kind][0] += field.connected
        sums[row.unit.kind][1] += field.required - field.connected
    systems, units = (requirement.Tally(*sums[kind]) for kind in (status_board.DEPARTMENT, status_board.CITY))
    return systems, units


def platform(key: str) -> status_board.Platform | None:
    """The platform with this key."""
    platforms, _ = status_board.load(config.connections_file())
    return next((each for each in platforms if each.key == key), None)


def kind_of(owner_org: str) -> str:
    """What an organisation (id) is on the board: a department, a city, or another unit of a city or county."""
    group = model.Group.get(owner_org)
    return _kind(departments.extras(group), _cities())


def is_local(owner_org: str) -> bool:
    """Whether an organisation (id) belongs to a city or a county, the cities themselves among them."""
    return kind_of(owner_org) != status_board.DEPARTMENT


def _cities() -> dict[str, Mapping[str, str]]:
    return {city["region"]: city for city in status_board.load(config.connections_file())[1]}


def _kind(extras: Mapping[str, str], cities: Mapping[str, Any]) -> str:
    """A city is the government of one of the listed regions, of the level of a city."""
    if extras.get("nx_level") == "city" and extras.get("nx_region") in cities and not extras.get("nx_parent"):
        return status_board.CITY
    return status_board.LOCAL if extras.get("nx_level") in BELOW_REGION else status_board.DEPARTMENT


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
    order = (status_board.DEPARTMENT, status_board.CITY, status_board.LOCAL)
    return sorted(found, key=lambda unit: order.index(unit.kind))


BELOW_REGION = ("city", "county", "township")
"""Codes of ``org_level`` below the region."""


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
    """The systems that the funding rule meets, of some departments of the region (ids) or of all."""
    exchange = platform(EXCHANGE)
    due = exchange.due.get(status_board.DEPARTMENT) if exchange else None
    rows = model.Session.scalars(sa.select(Exemption))
    exemptions = {row.system_id: funding.Exemption(row.reason, row.until, row.user_name) for row in rows}
    found = system_store.list_systems(owner_orgs, state=record.ACTIVE)
    local = {owner for owner in {system.owner_org for system in found} if is_local(owner)}
    met = [system for system in found if system.owner_org not in local]
    return funding.list_lines(met, exemptions, due, funding_since(), today())
