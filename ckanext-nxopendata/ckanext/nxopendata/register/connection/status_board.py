"""The connection board: units x platforms, connected, due, overdue. Plain module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from ckanext.nxopendata.register.connection import requirement
from ckanext.nxopendata.register.systems.record import CONNECTED, NOT_CONNECTED, NOT_REQUIRED, PREPARING, System

PACKAGED = resources.files("ckanext.nxopendata.schemas") / "register" / "connections.yaml"
DEPARTMENT, CITY, LOCAL = "department", "city", "local"
"""A department of the region; one of the five cities or Ningdong; any other unit of a city or a county."""
REQUIRED = (CONNECTED, PREPARING, NOT_CONNECTED)


@dataclass(frozen=True, slots=True)
class Platform:
    """Something to connect to.

    Attributes:
        of: kind of unit -> ``unit`` (it is the unit that connects) or ``systems`` (each of its systems); a kind that is
            missing connects by another unit, as the counties do by their city.
        due: kind of unit -> the last day; a kind that is missing has none.
        source: the clause of the plan.
    """

    key: str
    title: Mapping[str, str]
    of: Mapping[str, str]
    due: Mapping[str, dt.date]
    source: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the board; ``id`` is "" for a city that has no organisation on the site."""

    id: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Field:
    """A unit and a platform.

    Attributes:
        connected, required: how many systems; of a unit itself 0 or 1.
        unstated: systems of which nobody said whether they are to connect.
        state: ``connected``, ``due``, ``overdue``, ``not_required`` or ``unknown``.
    """

    platform: str
    connected: int
    required: int
    unstated: int
    due: dt.date | None
    state: str
    evidence: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A unit with its fields, in the order of the platforms."""

    unit: Unit
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a unit said about its own connection."""

    status: str
    date: str = ""
    evidence: str = ""


def load(path: str = "") -> tuple[tuple[Platform, ...], tuple[Mapping[str, str], ...]]:
    """The platforms, and the cities that have a row of their own (``region``, ``zh``, ``en``)."""
    if not path:
        return _packaged()
    return _read(Path(path).read_text(encoding="utf-8"))


@cache
def _packaged() -> tuple[tuple[Platform, ...], tuple[Mapping[str, str], ...]]:
    return _read(PACKAGED.read_text(encoding="utf-8"))


def _read(text: str) -> tuple[tuple[Platform, ...], tuple[Mapping[str, str], ...]]:
    data: Any = yaml.safe_load(text)
    return tuple(Platform(**row) for row in data["platforms"]), tuple(data["cities"])


def build_board(
    platforms: Sequence[Platform],
    units: Iterable[Unit],
    systems: Iterable[System],
    stated: Mapping[tuple[str, str], Stated],
    today: dt.date,
) -> list[Row]:
    """The board.

    Args:
        stated: (unit's id, platform's key) -> what the unit said of itself.
    """
    by_unit: dict[str, list[System]] = {}
    for system in systems:
        by_unit.setdefault(system.owner_org, []).append(system)
    return [
        Row(
            unit,
            tuple(
                _field(platform, unit, by_unit.get(unit.id, ()), stated.get((unit.id, platform.key)), today)
                for platform in platforms
            ),
        )
        for unit in units
    ]


def _field(platform: Platform, unit: Unit, systems: Sequence[System], said: Stated | None, today: dt.date) -> Field:
    due = platform.due.get(unit.kind)
    if unit.kind not in platform.of:
        return Field(platform.key, 0, 0, 0, None, "not_required")
    if platform.of[unit.kind] == "systems":
        found = requirement.tally(systems, platform.key)
        state = _state(found.connected, found.required, found.unstated, due, today)
        return Field(platform.key, found.connected, found.required, found.unstated, due, state)
    status = said.status if said else ""
    connected, required = int(status == CONNECTED), int(status != NOT_REQUIRED)
    state = _state(connected, required, 0, due, today) if status or due else "unknown"
    return Field(
        platform.key, connected, required, 0, due, state, said.evidence if said else "", said.date if said else ""
    )


def _state(connected: int, required: int, unstated: int, due: dt.date | None, today: dt.date) -> str:
    if not required:
        return "unknown" if unstated else "not_required"
    if connected >= required:
        return "connected"
    return "overdue" if due is not None and today > due else "due"
