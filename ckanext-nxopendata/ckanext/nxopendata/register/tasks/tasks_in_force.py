"""The tasks as they stand now: those of the plan, with what the office changed, split and added."""

from __future__ import annotations

import ckan.model as model
import sqlalchemy as sa

from ckanext.nxopendata.register.tasks import plan_tasks
from ckanext.nxopendata.register.tasks.models import LedgerTask
from ckanext.nxopendata.register.tasks.plan_tasks import Task


def list_tasks() -> tuple[Task, ...]:
    """All tasks, in the order of the plan; parts stand after what they were split from, added ones at the end."""
    rows = {row.code: row for row in model.Session.scalars(sa.select(LedgerTask).order_by(LedgerTask.created))}
    if not rows:
        return plan_tasks.list_tasks()
    found: list[Task] = []
    planned = plan_tasks.list_tasks()
    for task in planned:
        found.append(_to_task(rows[task.code]) if task.code in rows else task)
        found += _parts(task.code, rows)
    known = {task.code for task in found}
    added = [row for row in rows.values() if row.code not in known and not row.parent]
    for row in added:
        found.append(_to_task(row))
        found += _parts(row.code, rows)
    return tuple(found)


def find_task(code: str) -> Task | None:
    """The task with this number, as it stands now."""
    row = model.Session.get(LedgerTask, code)
    return _to_task(row) if row else plan_tasks.find_task(code)


def find_parts(code: str) -> list[str]:
    """The numbers of the tasks that one was split into."""
    query = sa.select(LedgerTask.code).where(LedgerTask.parent == code).order_by(LedgerTask.created, LedgerTask.code)
    return list(model.Session.scalars(query))


def _parts(code: str, rows: dict[str, LedgerTask]) -> list[Task]:
    return [_to_task(row) for row in rows.values() if row.parent == code]


def _to_task(row: LedgerTask) -> Task:
    return Task(
        row.code,
        row.section,
        row.title,
        tuple(row.lead),
        tuple(row.cooperating),
        row.due,
        row.due_text,
        row.source,
    )
