"""What stands in the official tables: systems -> groups of rows, with their counts. Plain module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.register import periods
from ckanext.nxopendata.register.connection import requirement
from ckanext.nxopendata.register.integration import integration_plan
from ckanext.nxopendata.register.official_tables import layout
from ckanext.nxopendata.register.official_tables.layout import Layout
from ckanext.nxopendata.register.systems import record
from ckanext.nxopendata.register.systems.record import System


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one line; ``text`` is "" where the table has no groups."""

    text: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A filled table; every cell is text, as it is printed."""

    layout: Layout
    filler: tuple[str, ...]
    total: str
    groups: tuple[Group, ...]

    def lines(self) -> list[tuple[str, ...]]:
        """All of it from top to bottom as rows of cells; a line over the whole width has one cell."""
        found: list[tuple[str, ...]] = [(self.layout.label,), (self.layout.title,)]
        if self.filler:
            found.append(self.filler)
        found.append(tuple(column.header for column in self.layout.columns))
        if self.total:
            found.append((self.total,))
        for group in self.groups:
            if group.text:
                found.append((group.text,))
            found.extend(group.rows)
        return found


@dataclass(frozen=True, slots=True)
class Filler:
    """Who fills a table in: the unit, the person and their telephone; "" leaves room for the pen."""

    unit: str = ""
    person: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A department as tables 4 and 5 tell it."""

    title: str
    unit_type: str = ""
    staff: str = ""
    posts: str = ""
    leader_name: str = ""
    leader_post: str = ""
    leader_phone: str = ""
    contact_name: str = ""
    contact_post: str = ""
    contact_phone: str = ""
    id: str = ""


def make_systems_table(number: str, systems: Iterable[System], filler: Filler) -> Table:
    """Table 1, 2 or 3 of these systems; what was merged or disposed of is left out, it no longer exists.

    A system that is connected to both platforms stands in both groups of table 3 and counts once in its total.
    """
    active = sorted((system for system in systems if system.state == record.ACTIVE), key=record.sort_key)
    form = layout.load(number)
    members: Mapping[str, Sequence[System]]
    if number == "1":
        members = {plan: [system for system in active if system.plan == plan] for plan in record.PLANS}
    elif number == "2":
        members = {"": integration_plan.after(active)}
    else:
        members = {
            platform: requirement.select(active, requirement.CONNECTED, platform)
            for platform in (requirement.SERVICE, requirement.EXCHANGE)
        }
    groups = tuple(
        Group(form.groups.get(key, "").format(count=len(rows)), _rows(form, rows)) for key, rows in members.items()
    )
    count = len({system.id for rows in members.values() for system in rows})
    return Table(form, _filler(form, filler), form.total.format(count=count), groups)


def make_units_table(number: str, units: Iterable[Unit]) -> Table:
    """Table 4 or 5 of these departments."""
    form = layout.load(number)
    rows = tuple(
        tuple(str(place) if column.key == "number" else getattr(unit, column.key) for column in form.columns)
        for place, unit in enumerate(units, 1)
    )
    return Table(form, (), "", (Group("", rows),))


def _filler(form: Layout, filler: Filler) -> tuple[str, ...]:
    words = {"unit": filler.unit, "person": filler.person, "phone": filler.phone}
    return tuple(piece.format(**words) for piece in form.filler)


def _rows(form: Layout, systems: Sequence[System]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(_cell(column.key, number, system) for column in form.columns) for number, system in enumerate(systems, 1)
    )


def _cell(key: str, number: int, system: System) -> str:
    if key == "number":
        return str(number)
    if key == "department":
        return f"{system.department}{system.unit}" if not system.unit.startswith(system.department) else system.unit
    if key == "frequency":
        return codelists.label("use_frequency", system.frequency, "zh") if system.frequency else ""
    if key == "approved":
        return periods.chinese(system.approved)
    return getattr(system, key)
