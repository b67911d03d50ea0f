"""What the office looks at every day, and what is asked of a department: read from everywhere in the register."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language, zh_or_en
from ckanext.nxopendata.register.audit.models import OPEN, Finding
from ckanext.nxopendata.register.cleanup import proposals
from ckanext.nxopendata.register.connection import queries, requirement, status_board
from ckanext.nxopendata.register.evaluation.models import OBJECTED, SENT, Evaluation
from ckanext.nxopendata.register.reports import collection, reporting_periods
from ckanext.nxopendata.register.reports.models import ASKED, Report, TaskState
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force, wording
from ckanext.nxopendata.review.lists import catalogue_lists
from ckanext.nxopendata.review.overdue import overdue_updates

Item = dict[str, Any]
"""Something to do: ``kind``, ``title``, ``owner_org``, ``due`` (a day or None), ``late`` (days), ``url``."""


def figures() -> dict[str, int]:
    """The register and the catalogue in numbers."""
    found = system_store.list_systems()
    active = [system for system in found if system.state == record.ACTIVE]
    plans = Counter(system.plan for system in active)
    to_connect, platforms = queries.count_connections(None)
    package: Any = model.Package
    share, is_open = package.extras["nx_share_type"].astext, package.extras["nx_is_open"].astext
    row = model.Session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count().filter(share.in_(("1", "2"))),
            sa.func.count().filter(is_open == "1"),
        ).where(catalogue_lists.is_registered())
    ).one()
    return {
        "systems": len(active),
        "systems_keep": plans[record.KEEP],
        "systems_merge": plans[record.MERGE],
        "systems_clear": plans[record.CLEAR],
        "systems_disposed": len(found) - len(active),
        "to_connect": to_connect.required,
        "connected": to_connect.connected,
        "platforms_to_connect": platforms.required,
        "platforms_connected": platforms.connected,
        "datasets": row[0],
        "datasets_shared": row[1],
        "datasets_open": row[2],
    }


def list_task_progress(today: dt.date) -> list[dict[str, Any]]:
    """The tasks of the plan that are not done, those overdue first: how far the units that lead them say they are.

    Returns:
        ``code, title`` (language -> text), ``lead, due, due_text, overdue, late`` (days), ``percent`` (the mean of
        the units that lead it, 0 for who said nothing; None when the site has none of them), ``said`` and ``units``
        (how many said something, of how many).
    """
    done = set(model.Session.scalars(sa.select(TaskState.code).where(TaskState.state == plan_tasks.DONE)))
    names: dict[str, tuple[list[str], str]] = {}
    for unit in collection.units():
        group = model.Group.get(unit)
        names[unit] = ([group.title or "", group.name] if group else [], collection.task_kind(unit))
    latest: dict[tuple[str, str], int] = {}
    for row in collection.list_progress([task.code for task in tasks_in_force.list_tasks()], None):
        latest.setdefault((row.code, row.owner_org), row.percent)
    found = []
    for task in tasks_in_force.list_tasks():
        if task.code in done:
            continue
        leads = [unit for unit, (called, kind) in names.items() if task.concerns(called, kind) == "lead"]
        said = [latest[task.code, unit] for unit in leads if (task.code, unit) in latest]
        late = (today - task.due).days if task.due and task.due < today else 0
        found.append(
            {
                "code": task.code,
                "title": task.title,
                "lead": [wording.say_unit(unit) for unit in task.lead],
                "due": task.due.isoformat() if task.due else None,
                "due_text": wording.say_due(task.due_text),
                "overdue": late > 0,
                "late": late,
                "percent": round(sum(said) / len(leads)) if leads else None,
                "said": len(said),
                "units": len(leads),
            }
        )
    return sorted(found, key=lambda each: -each["late"])


def list_overdue(today: dt.date) -> list[Item]:
    """What is overdue and with whom, the longest first."""
    found = [item for item in _asked(None, today) if item["late"]]
    for dataset in overdue_updates.list_overdue(today):
        due = dt.date.fromisoformat(dataset["due"]) if dataset["due"] else None
        url = tk.url_for("dataset.read", id=dataset["name"])
        found.append(_item("dataset", dataset["title"], dataset["owner_org"], due, url, today))
    found += _unconnected(today)
    return sorted(found, key=lambda item: -item["late"])


def _unconnected(today: dt.date) -> Iterator[Item]:
    """What is past its day to connect to the exchange platform: systems of departments, cities themselves."""
    platforms, rows = queries.load_board(None, reader_language())
    place = next((number for number, each in enumerate(platforms) if each.key == queries.EXCHANGE), None)
    late = {row.unit: row.fields[place] for row in rows if place is not None and row.fields[place].state == "overdue"}
    dues = {unit.id: field.due for unit, field in late.items() if unit.kind == status_board.DEPARTMENT}
    for system in requirement.select(system_store.list_systems(dues), requirement.OUTSTANDING):
        url = tk.url_for("nx_register.system", id=system.name)
        yield _item("connection", system.title, system.owner_org, dues[system.owner_org], url, today)
    for unit, field in late.items():
        if unit.kind == status_board.CITY and unit.id:
            url = tk.url_for("nx_register_connection.board")
            yield _item("platform", unit.title, unit.id, field.due, url, today)


def list_asked(context: Context, owner_orgs: Collection[str], today: dt.date) -> list[Item]:
    """What is asked of departments (ids) now, what is due first at the top."""
    if not owner_orgs:
        return []
    found = list(_asked(owner_orgs, today))
    for dataset in overdue_updates.list_overdue(today, list(owner_orgs)):
        due = dt.date.fromisoformat(dataset["due"]) if dataset["due"] else None
        url = tk.url_for("dataset.read", id=dataset["name"])
        found.append(_item("dataset", dataset["title"], dataset["owner_org"], due, url, today))
    for case in tk.get_action("nx_review_list")({"user": context.get("user", "")}, {"limit": 100})["results"]:
        if case["owner_org"] in owner_orgs:
            due = dt.date.fromisoformat(case["deadline"]) if case["deadline"] else None
            url = tk.url_for("nx_review.show", case_id=case["id"])
            found.append(_item("review", case["title"], case["owner_org"], due, url, today))
    found += _task_items(owner_orgs, today)
    return sorted(found, key=lambda item: (item["due"] is None, item["due"] or ""))


def _task_items(owner_orgs: Collection[str], today: dt.date) -> Iterator[Item]:
    """Tasks that a unit leads, of which it has said nothing this month."""
    done = collection.done_tasks()
    language = zh_or_en()
    for unit in owner_orgs:
        mine = [task for task in collection.unit_tasks(unit, "lead") if task.code not in done]
        said = {(row.code, row.month) for row in collection.list_progress([task.code for task in mine], [unit])}
        for task in mine:
            if (task.code, today.strftime("%Y-%m")) not in said:
                url = tk.url_for("nx_register_reports.task", id=task.code)
                yield _item("task", task.title[language], unit, task.due, url, today)


def _asked(owner_orgs: Collection[str] | None, today: dt.date) -> Iterator[Item]:
    """Reports, verdicts, findings and drafts of the evaluation that wait for units (ids; all for None)."""

    def of(table: Any) -> Any:
        return sa.true() if owner_orgs is None else table.owner_org.in_(list(owner_orgs))

    for row in model.Session.scalars(sa.select(Report).where(Report.state == ASKED, of(Report))):
        # A round that was summed up is over; that nothing came is counted, but no longer asked for.
        if today <= reporting_periods.find_round(row.kind, row.period).summary:
            url = tk.url_for("nx_register_reports.show", id=row.id)
            yield _item(row.kind, row.period, row.owner_org, row.due, url, today)
    titles = {system.id: system for system in system_store.list_systems(owner_orgs)}
    for row in proposals.list_verdicts(owner_orgs):
        if row.state == proposals.PROPOSED and row.system_id in titles:
            url = tk.url_for("nx_register_cleanup.verdicts")
            yield _item("verdict", titles[row.system_id].title, row.owner_org, proposals.answer_by(row), url, today)
    for row in model.Session.scalars(sa.select(Finding).where(Finding.state == OPEN, of(Finding))):
        url = tk.url_for("nx_register_audit.finding", id=row.id)
        yield _item("finding", row.title, row.owner_org, row.due, url, today)
    for row in model.Session.scalars(sa.select(Evaluation).where(Evaluation.state == SENT, of(Evaluation))):
        url = tk.url_for("nx_register_evaluation.show", id=row.id)
        if row.due and today <= row.due:
            yield _item("evaluation", str(row.year), row.owner_org, row.due, url, today)


def list_office_items() -> list[Item]:
    """Objections to the evaluation and answered proposals: the office's own move."""
    found = []
    for row in model.Session.scalars(sa.select(Evaluation).where(Evaluation.state == OBJECTED)):
        url = tk.url_for("nx_register_evaluation.show", id=row.id)
        found.append(_item("objection", str(row.year), row.owner_org, None, url, dt.date.min))
    by_id = {system.id: system.title for system in system_store.list_systems()}
    for row in proposals.list_verdicts():
        if row.state in (proposals.CONFIRMED, proposals.CONTESTED) and row.system_id in by_id:
            url = tk.url_for("nx_register_cleanup.verdicts")
            found.append(_item("verdict", by_id[row.system_id], row.owner_org, None, url, dt.date.min))
    return found


def _item(kind: str, title: str, owner_org: str, due: dt.date | None, url: str, today: dt.date) -> Item:
    return {
        "kind": kind,
        "title": title,
        "owner_org": owner_org,
        "due": due.isoformat() if due else None,
        "late": max((today - due).days, 0) if due else 0,
        "url": url,
    }


def count_by_unit(items: list[Item], language: str) -> list[dict[str, Any]]:
    """Items counted by unit and kind, who has the most first: ``owner_org, title, count, kinds, longest`` (days)."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item["owner_org"], []).append(item)
    rows = [
        {
            "owner_org": unit,
            "title": departments.title(unit, language),
            "count": len(mine),
            "kinds": dict(Counter(item["kind"] for item in mine)),
            "longest": max(item["late"] for item in mine),
        }
        for unit, mine in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["count"], row["title"]))
