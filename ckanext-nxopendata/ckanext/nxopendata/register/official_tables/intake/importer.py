"""Imports of a department's tables: plan what a file would change, ask about near names, then write it.

Both steps read the file anew, so what is written is judged by what is there at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.core.errors import CodedError
from ckanext.nxopendata.core.tabular import reader as file_reader
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.core.timezone import today, utc_now
from ckanext.nxopendata.exchange.workbook import writer
from ckanext.nxopendata.register import log, periods, roles
from ckanext.nxopendata.register.official_tables import contacts, layout
from ckanext.nxopendata.register.official_tables.intake import matching, messages, reader, unit_rows
from ckanext.nxopendata.register.official_tables.intake.entries import (
    ACTIONS,
    CREATE,
    ERROR,
    NEW,
    QUESTION,
    UNCHANGED,
    UPDATE,
    Entry,
)
from ckanext.nxopendata.register.official_tables.intake.matching import without_region
from ckanext.nxopendata.register.official_tables.intake.reader import Draft, Problem
from ckanext.nxopendata.register.official_tables.models import Import
from ckanext.nxopendata.register.systems import record, system_store

PREVIEWED, DONE, FAILED = "previewed", "done", "failed"


@dataclass(frozen=True, slots=True)
class Department:
    """The department whose table it is, and the names of the others without the region's."""

    id: str
    title: str
    others: frozenset[str]


def department(owner_org: str) -> Department:
    """The department with this id."""
    group: Any = model.Group
    rows = model.Session.execute(
        sa.select(group.id, group.title).where(group.is_organization, group.state == "active")
    ).all()
    own = next(row[1] for row in rows if row[0] == owner_org)
    others = frozenset(without_region(row[1]) for row in rows if row[0] != owner_org and row[1])
    return Department(owner_org, own, others - {without_region(own)})


def preview(row: Import) -> None:
    """Fill in the report of an import; nothing of the register is written."""
    try:
        filled, entries = _planned(row)
    except FileRefusedError as problem:
        row.state, row.report = FAILED, {"failure": {"code": problem.code, "params": dict(problem.params)}}
        return
    row.state, row.report = PREVIEWED, _report(filled, entries)


def apply(row: Import, user: str) -> None:
    """Write what the file says at this moment, row by row; questions without an answer wait."""
    filled, entries = _planned(row)
    place = _last_order(row.owner_org)
    for entry in entries:
        if entry.action not in (CREATE, UPDATE):
            continue
        try:
            with model.Session.begin_nested():
                if entry.action == CREATE:
                    place += 1
                    fields = entry.fields | {"nx_order": str(place), "nx_state": record.ACTIVE}
                    system_store.create(user, row.owner_org, fields)
                elif entry.unit is not None:
                    contacts.update(user, entry.unit.id, entry.fields, action="import")
                elif entry.system is not None:
                    system_store.update(user, entry.system.id, entry.fields, action="import")
        except tk.ValidationError as problem:
            entry.action = ERROR
            entry.problems.extend(_by_schema(entry.draft, problem.error_dict))
    row.state, row.report, row.finished = DONE, _report(filled, entries), utc_now()
    log.write("import", row.id, row.owner_org, "import", user, {"file": [None, row.file_name]})


class FileRefusedError(CodedError):
    """The file as a whole cannot be taken; ``code`` and ``params`` of a message."""


def _planned(row: Import) -> tuple[reader.Filled, list[Entry]]:
    try:
        filled = reader.read(file_reader.read(row.content, limits=sandbox.REQUEST))
    except UnreadableError as problem:
        raise FileRefusedError(problem.code, reason=problem.reason) from None
    except reader.NoTableError:
        raise FileRefusedError("no_table") from None
    of_units = [draft for draft in filled.drafts if draft.table in layout.OF_UNITS]
    of_systems = [draft for draft in filled.drafts if draft.table in layout.OF_SYSTEMS]
    own, owner = system_store.list_systems([row.owner_org]), department(row.owner_org)
    entries = plan(of_systems, own, owner, row.answers, row.user_name)
    if of_units:
        known = contacts.list_units()
        collects = bool(roles.find_roles(row.user_name, row.owner_org) & roles.COLLECTORS)
        mine = {unit.id for unit in known if collects or unit.id == row.owner_org}
        entries += unit_rows.plan(of_units, known, mine, row.answers, owner.title)
    return filled, entries


def plan(
    drafts: Sequence[Draft],
    own: Sequence[record.System],
    owner: Department,
    answers: Mapping[str, str],
    user: str,
) -> list[Entry]:
    """What each row would do.

    Args:
        own: the department's systems.
        answers: of the questions: ``sheet!row`` -> id of a system, or ``new``.
    """
    matches = matching.match([draft.title for draft in drafts], own)
    by_id = {system.id: system for system in own}
    grouped = {title_key(draft.title) for draft in drafts if draft.table == "1" and draft.group}
    made: dict[str, Entry] = {}
    entries: dict[int, Entry] = {}
    # Table 1 first, wherever its sheet stands: the others speak of its systems.
    for place in sorted(range(len(drafts)), key=lambda place: drafts[place].table):
        draft, found = drafts[place], matches[place]
        title = title_key(draft.title)
        entry = Entry(draft, ERROR, found.found, None, found.candidates, matched=found.kind, problems=[*draft.problems])
        entry.problems += _checked(draft, owner)
        _decide(entry, found, answers.get(entry.key, ""), by_id)
        if entry.action == CREATE and title in made:
            _join(entry, made[title])
        elif entry.action == CREATE:
            _settle(entry, owner, title in grouped)
        if not entry.problems and entry.action in (CREATE, UPDATE):
            whole = _known(entry.system) | entry.fields
            entry.problems += _by_schema(draft, system_store.check(user, whole))
        if entry.problems:
            entry.action = ERROR
        elif entry.action == CREATE:
            made[title] = entry
        entries[place] = entry
    return [entries[place] for place in range(len(drafts))]


def _checked(draft: Draft, owner: Department) -> Iterator[Problem]:
    """What only the edge knows: which departments there are, and what day it is."""
    written = "".join(draft.department.split())
    if written and without_region(written) in owner.others:
        yield Problem("other_department", draft.cell("department"), {"value": written, "department": owner.title})
    approved = periods.first_day(draft.fields.get("nx_approved", ""))
    if approved and approved > today():
        yield Problem("future", draft.cell("nx_approved"))


def _decide(
    entry: Entry, found: matching.Match[record.System], answer: str, by_id: Mapping[str, record.System]
) -> None:
    """Which system a row means, by its match and the answer to its question; ``CREATE`` where it is to go on."""
    if entry.problems:
        return
    draft = entry.draft
    if found.kind == "near":
        if answer in by_id:
            entry.system = by_id[answer]
        elif answer != NEW:
            entry.action = QUESTION
            return
    if entry.system is not None and entry.system.state != record.ACTIVE:
        entry.problems.append(Problem("disposed", draft.cell("title")))
        return
    entry.action = CREATE


def _settle(entry: Entry, owner: Department, grouped: bool) -> None:
    """What a row does with its system, or with a new one.

    Args:
        grouped: whether the file's table 1 says what is planned with it.
    """
    draft = entry.draft
    entry.fields = _fields(draft, entry.system, owner, grouped)
    if entry.system is None:
        if draft.table == "3":
            entry.problems.append(Problem("unknown_system", draft.cell("title")))
        elif draft.table == "1" and not draft.group:
            entry.problems.append(Problem("no_group", draft.cell("title")))
        entry.action = CREATE
    else:
        entry.action = UPDATE if _changes(entry.fields, entry.system) else UNCHANGED


def _join(entry: Entry, other: Entry) -> None:
    """The row speaks of a system that another row of the file enters: it adds what that one leaves open."""
    entry.joins, entry.action = other, UNCHANGED
    added = {name: value for name, value in entry.draft.fields.items() if value}
    if entry.draft.table == "3":
        added |= _connected(entry.draft)
    other.fields = added | other.fields


def _connected(draft: Draft) -> dict[str, str]:
    return {f"nx_{draft.group or 'exchange'}_status": record.CONNECTED}


def _fields(draft: Draft, system: record.System | None, owner: Department, grouped: bool) -> dict[str, str]:
    """The fields a row sets: a matched system keeps its name, and what the row leaves empty."""
    fields = {name: value for name, value in draft.fields.items() if value}
    if system is not None:
        fields.pop("title", None)
    if unit := _unit(draft.department, owner.title):
        fields["nx_unit"] = unit
    if draft.table == "3":
        fields |= _connected(draft)
    elif draft.table == "2" and not grouped:
        fields["nx_plan"] = record.KEEP
    elif draft.group in record.PLANS:
        fields["nx_plan"] = draft.group
    return fields


def _unit(written: str, department: str) -> str:
    """The office within the department that a cell names; "" when it names the department itself, also in short."""
    plain = "".join(written.split())
    if not plain or without_region(plain) == without_region(department):
        return ""
    return plain.removeprefix(department)


def _known(system: record.System | None) -> dict[str, str]:
    """What the schema requires and a row need not repeat."""
    if system is None:
        return {}
    return {
        "title": system.title,
        "notes": system.function,
        "nx_scope": system.scope,
        "nx_frequency": system.frequency,
        "nx_plan": system.plan,
    }


def _changes(fields: Mapping[str, str], system: record.System) -> bool:
    now_ = {"title": system.title, "notes": system.function, "nx_unit": system.unit}
    return any(value != now_.get(name, getattr(system, name.removeprefix("nx_"), "")) for name, value in fields.items())


def _by_schema(draft: Draft, errors: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    for name, texts in errors.items():
        message = " ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        found.append(Problem("rule", draft.cell(name), {"message": message}))
    return found


def _last_order(owner_org: str) -> int:
    return max((system.order or 0 for system in system_store.list_systems([owner_org])), default=0)


def _report(filled: reader.Filled, entries: Sequence[Entry]) -> dict[str, Any]:
    problems = [_problem(problem) for entry in entries for problem in entry.problems]
    return {
        "person": filled.person,
        "phone": filled.phone,
        "counts": {action: sum(entry.action == action for entry in entries) for action in ACTIONS},
        "problems": problems,
        "remarks": [_problem(problem) for problem in filled.remarks],
        "rows": [
            {
                "key": entry.key,
                "sheet": entry.draft.row.sheet,
                "row": entry.draft.row.row,
                "title": entry.draft.title,
                "action": entry.action,
                "matched": entry.matched,
                "system": entry.system.title if entry.system else "",
                "unit": entry.unit.title if entry.unit else "",
                "table": entry.draft.table,
                "joins": entry.joins.key if entry.joins else "",
                "candidates": [{"id": one.id, "title": one.title} for one in entry.candidates],
            }
            for entry in entries
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "params": dict(problem.params),
        "sheet": problem.cell.sheet,
        "row": problem.cell.row,
        "column": problem.cell.column,
    }


def to_api(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report with its messages in the reader's language."""
    shown = dict(report)
    for name in ("problems", "remarks"):
        shown[name] = [
            problem | {"message": messages.text(problem["code"], problem["params"])} for problem in report.get(name, ())
        ]
    if failure := report.get("failure"):
        shown["failure"] = messages.text(failure["code"], failure["params"])
    return shown


def annotate_file(row: Import) -> bytes:
    """The file with a comment on each bad cell.

    Raises:
        sandbox.SandboxError: it is too large to be written while somebody waits.
    """
    texts: dict[tuple[str, int, int], list[str]] = {}
    for problem in [*to_api(row.report)["problems"], *to_api(row.report)["remarks"]]:
        texts.setdefault((problem["sheet"], problem["row"], problem["column"]), []).append(problem["message"])
    return writer.marked(row.content, texts, writer.MARKING)
