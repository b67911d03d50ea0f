"""What the register itself knows of a task: state follows facts, where there are facts.

A task is done by facts when every unit that leads it has done its part. A decision of the office stands above them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.register import log
from ckanext.nxopendata.register.attachments.models import Attachment
from ckanext.nxopendata.register.connection import queries, requirement
from ckanext.nxopendata.register.evaluation.models import PUBLISHED, Evaluation
from ckanext.nxopendata.register.ledger.models import Dispatch
from ckanext.nxopendata.register.official_tables import contacts
from ckanext.nxopendata.register.reports import collection, reporting_periods
from ckanext.nxopendata.register.reports.models import SUBMITTED, Report, TaskState
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.systems.record import System
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force


@dataclass(frozen=True, slots=True)
class Fact:
    """How far a unit is, by what the register knows.

    Attributes:
        good, total: counted things, such as systems disposed of, of those to be.
    """

    good: int
    total: int

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.good >= self.total


Systems = Mapping[str, Sequence[System]]
"""The systems of each unit (id)."""

Rule = Callable[[Systems, str], Fact | None]


def _read_systems() -> Systems:
    systems = defaultdict[str, list[System]](list)
    for system in system_store.list_systems():
        systems[system.owner_org].append(system)
    return systems


def _self_check(systems: Systems, unit: str) -> Fact:
    """二（一）1: the systems are entered (tables 1 to 3) and the report on the self-check is attached."""
    of_task = sa.and_(Attachment.subject == "task", Attachment.subject_id == "1-1", Attachment.owner_org == unit)
    attached = model.Session.scalar(sa.select(sa.func.count()).select_from(Attachment).where(of_task))
    return Fact(int(bool(systems.get(unit))) + int(bool(attached)), 2)


def _cleared(systems: Systems, unit: str) -> Fact | None:
    """二（一）2: of the systems to be cleared away none is in use."""
    own = systems.get(unit)
    if not own:
        return None
    to_clear = [system for system in own if system.plan == record.CLEAR]
    return Fact(sum(system.state != record.ACTIVE for system in to_clear), len(to_clear))


def _merged(systems: Systems, unit: str) -> Fact | None:
    """二（四）2: of the systems to be merged none stands alone."""
    own = systems.get(unit)
    if not own:
        return None
    to_merge = [system for system in own if system.plan == record.MERGE]
    return Fact(sum(system.state != record.ACTIVE for system in to_merge), len(to_merge))


def _connected(systems: Systems, unit: str) -> Fact | None:
    """二（五）3: the systems that are to connect are connected."""
    own = systems.get(unit)
    if not own:
        return None
    counts = requirement.tally(own)
    return Fact(counts.connected, counts.required + counts.unstated)


def _platform(systems: Systems, unit: str) -> Fact | None:
    """二（五）4: the platform of a city is connected."""
    _, platforms = queries.count_connections([unit])
    return Fact(platforms.connected, platforms.required) if platforms.required else None


def _tables_4_and_5(systems: Systems, unit: str) -> Fact:
    """三（一）: who answers for the unit, and its contact, are named."""
    people = contacts.read_contacts(unit)
    return Fact(sum(bool(people[f"{person}_name"]) for person in contacts.PEOPLE), len(contacts.PEOPLE))


RULES: Mapping[str, Rule] = {
    "1-1": _self_check,
    "1-3": _cleared,
    "4-2": _merged,
    "5-6": _connected,
    "5-9": _platform,
    "8-3": _tables_4_and_5,
}
"""Number of a task that is done once -> what the register knows of a unit's part in it."""

ROUNDS = {"9-2": reporting_periods.MONTHLY, "9-4": reporting_periods.ANNUAL}
"""Number of a task that comes again -> the reports of its last round; it is never done for good."""

SENT = {"9-3": reporting_periods.MONTHLY, "9-5": reporting_periods.ANNUAL}
"""Number of a task that comes again -> the dispatch to the State of its last round."""


def find_facts(code: str, units: list[str], today: dt.date, systems: Systems | None = None) -> dict[str, Fact]:
    """Return what the register knows of a task, by unit (id); "" is the region as a whole.

    Args:
        units: of the facts that are wanted.
        systems: of all units, where they were read already.
    """
    if code in RULES:
        systems = _read_systems() if systems is None else systems
        return {unit: fact for unit in units if (fact := RULES[code](systems, unit)) is not None}
    if code in ROUNDS:
        return _reports(ROUNDS[code], units, today)
    if code in SENT:
        period = reporting_periods.latest(SENT[code], today).period
        query = sa.select(sa.func.count()).select_from(Dispatch)
        sent = model.Session.scalar(query.where(Dispatch.kind == SENT[code], Dispatch.period == period))
        return {"": Fact(int(bool(sent)), 1)}
    if code == "10-2":
        query = sa.select(sa.func.count()).select_from(Evaluation)
        published = model.Session.scalar(query.where(Evaluation.year == today.year - 1, Evaluation.state == PUBLISHED))
        return {"": Fact(int(bool(published)), 1)}
    return {}


def _reports(kind: str, units: list[str], today: dt.date) -> dict[str, Fact]:
    period = reporting_periods.latest(kind, today).period
    query = sa.select(Report.owner_org, Report.state).where(Report.kind == kind, Report.period == period)
    found = {row[0]: row[1] for row in model.Session.execute(query)}
    return {unit: Fact(int(found[unit] == SUBMITTED), 1) for unit in units if unit in found}


def leading_units(task: plan_tasks.Task) -> list[str]:
    """The units (ids) that lead a task."""
    return [unit for unit in collection.units() if collection.find_place(unit, task) == "lead"]


def follow(today: dt.date) -> dict[str, int]:
    """Write the state of every task that facts, or its parts, tell; the caller commits.

    Returns:
        ``done`` and ``opened``: how many tasks.
    """
    counts = {"done": 0, "opened": 0}
    states = {row.code: row for row in model.Session.scalars(sa.select(TaskState))}
    systems = _read_systems()
    for task in tasks_in_force.list_tasks():
        row = states.get(task.code)
        if row is not None and not row.by_facts:
            continue  # the office decided
        done = _is_done(task, states, today, systems)
        if done is None or done == (row is not None and row.state == plan_tasks.DONE):
            continue
        row = row or TaskState(code=task.code, by_facts=True)
        before = row.state or plan_tasks.OPEN
        row.state = plan_tasks.DONE if done else plan_tasks.OPEN
        model.Session.add(row)
        states[task.code] = row
        action = "complete" if done else "reopen"
        log.write("task", task.code, "", action, "", {"state": [before, row.state], "by": [None, "facts"]})
        counts["done" if done else "opened"] += 1
    model.Session.flush()
    return counts


def _is_done(task: plan_tasks.Task, states: Mapping[str, TaskState], today: dt.date, systems: Systems) -> bool | None:
    """Whether a task is done; None where neither its parts nor facts tell."""
    if parts := tasks_in_force.find_parts(task.code):
        return all(part in states and states[part].state == plan_tasks.DONE for part in parts)
    if task.code not in RULES:
        return None
    units = leading_units(task)
    found = find_facts(task.code, units, today, systems)
    return bool(found) and len(found) == len(units) and all(fact.done for fact in found.values())
