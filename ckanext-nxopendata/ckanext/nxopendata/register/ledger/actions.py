"""Actions of the ledger: what the office changes of the tasks, and units' own steps."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import attachment_store, config, log, permissions, roles
from ckanext.nxopendata.register.ledger import notices, schema
from ckanext.nxopendata.register.ledger.models import Dispatch, Step, SupervisionNotice
from ckanext.nxopendata.register.reports import collection
from ckanext.nxopendata.register.tasks import tasks_in_force
from ckanext.nxopendata.register.tasks.models import LedgerTask

ADDED = "a-{number}"
"""Number of a task that the office added."""


# Tasks


@validate(schema.task_add)
def nx_task_add(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Add a task to those of the plan.

    :param title: what is to be done
    :param title_en: the same in English (optional)
    :param section: the part of the ledger (optional)
    :param lead: the units that lead it, by title, separated by semicolons; or ``@departments``, ``@cities``,
        ``@municipalities``, ``@counties``
    :param cooperating: the units that take part, the same way (optional)
    :param due: the day (optional)
    :param source: the document that asks for it (optional)
    :param opinion: why it is added

    :returns: ``id`` of the task
    """
    tk.check_access("nx_task_add", context, data_dict)
    number = (model.Session.scalar(sa.select(sa.func.count()).select_from(LedgerTask)) or 0) + 1
    while model.Session.get(LedgerTask, ADDED.format(number=number)):
        number += 1
    section = data_dict.get("section") or ""
    row = LedgerTask(
        code=ADDED.format(number=number),
        section={"zh": section, "en": section},
        title={"zh": data_dict["title"], "en": data_dict.get("title_en") or data_dict["title"]},
        lead=data_dict["lead"],
        cooperating=data_dict.get("cooperating") or [],
        due=data_dict.get("due"),
        source=data_dict.get("source") or "",
    )
    return _keep(row, "add", context, {}, data_dict["opinion"])


@validate(schema.task_amend)
def nx_task_amend(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Postpone a task or give it to other units; what the plan says stays in the log.

    :param id: the number of the task
    :param lead, cooperating: as in :func:`nx_task_add` (optional: as they are)
    :param due: the new day (optional: as it is)
    :param opinion: why

    :returns: ``id`` of the task
    """
    tk.check_access("nx_task_amend", context, data_dict)
    row, before = _row_of(data_dict["id"])
    for name in ("lead", "cooperating", "due"):
        if data_dict.get(name):
            setattr(row, name, data_dict[name])
    row.due_text = "" if data_dict.get("due") else row.due_text
    return _keep(row, "amend", context, before, data_dict["opinion"])


@validate(schema.task_split)
def nx_task_split(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Split a part off a task; the task is done when its parts are.

    :param id: the number of the task
    :param title: what the part is
    :param lead: who leads it, as in :func:`nx_task_add`
    :param due: the day of the part (optional: that of the task)
    :param opinion: why

    :returns: ``id`` of the part
    """
    tk.check_access("nx_task_split", context, data_dict)
    whole = tasks_in_force.find_task(data_dict["id"])
    if whole is None:
        raise tk.ObjectNotFound(tk._("There is no such task"))
    number = len(tasks_in_force.find_parts(whole.code)) + 1
    row = LedgerTask(
        code=f"{whole.code}.{number}",
        parent=whole.code,
        section=dict(whole.section),
        title={"zh": data_dict["title"], "en": data_dict["title"]},
        lead=data_dict["lead"],
        cooperating=[],
        due=data_dict.get("due") or whole.due,
        due_text="" if data_dict.get("due") else whole.due_text,
        source=whole.source,
    )
    return _keep(row, "split", context, {}, data_dict["opinion"])


def _row_of(code: str) -> tuple[LedgerTask, dict[str, Any]]:
    task = tasks_in_force.find_task(code)
    if task is None:
        raise tk.ObjectNotFound(tk._("There is no such task"))
    row = model.Session.get(LedgerTask, code) or LedgerTask(
        code=code,
        section=dict(task.section),
        title=dict(task.title),
        lead=list(task.lead),
        cooperating=list(task.cooperating),
        due=task.due,
        due_text=task.due_text,
        source=task.source,
    )
    return row, _said(row)


def _said(row: LedgerTask) -> dict[str, Any]:
    due = row.due.isoformat() if row.due else row.due_text
    return {"lead": "；".join(row.lead), "cooperating": "；".join(row.cooperating), "due": due}


def _keep(row: LedgerTask, action: str, context: Context, before: dict[str, Any], opinion: str) -> dict[str, Any]:
    user = str(context.get("user") or "")
    model.Session.add(row)
    model.Session.flush()
    log.write("task", row.code, "", action, user, log.difference(before, _said(row)), opinion)
    model.Session.commit()
    return {"id": row.code}


# Steps


@validate(schema.step)
def nx_task_step_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Enter a step of your unit towards a task (时间表、路线图).

    :param task: the number of the task
    :param owner_org: your unit, id or name
    :param title: the step
    :param due: its day

    :returns: ``id``, ``title``, ``due``, ``done``
    """
    tk.check_access("nx_task_step_create", context, data_dict)
    unit = permissions.department_id(data_dict["owner_org"]) or ""
    if data_dict["task"] not in {task.code for task in collection.unit_tasks(unit)}:
        raise tk.ValidationError({"task": [tk._("This task is not one of your unit's")]})
    row = Step(code=data_dict["task"], owner_org=unit, title=data_dict["title"], due=data_dict["due"])
    model.Session.add(row)
    model.Session.flush()
    return _keep_step(row, "step", context)


@validate(schema.step_done)
def nx_task_step_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say that a step of your unit is done, or is not after all.

    :param id: the step
    :param done: the day on which it was done (optional: it is not done)

    :returns: as :func:`nx_task_step_create`
    """
    tk.check_access("nx_task_step_update", context, data_dict)
    row = model.Session.get(Step, data_dict["id"])
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such step"))
    row.done = data_dict.get("done")
    return _keep_step(row, "step_done" if row.done else "step_open", context)


def _keep_step(row: Step, action: str, context: Context) -> dict[str, Any]:
    log.write("task", row.code, row.owner_org, action, str(context.get("user") or ""), {"title": [None, row.title]})
    model.Session.commit()
    return notices.step_to_api(row, today())


# Notices


@tk.side_effect_free
def nx_supervision_notice_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Notices that you may read: those to your units, or all for the supervising offices; the open ones first.

    :param task: only those about this task (optional)

    :returns: ``id``, ``kind`` (``supervision``, ``rectification``), ``task``, ``owner_org``, ``department``, ``text``,
        ``issued``, ``due``, ``overdue``, ``state`` (``open``, ``replied``, ``closed``), ``reply``, ``replied``,
        ``opinion``
    """
    tk.check_access("nx_supervision_notice_list", context, data_dict)
    user = context.get("user")
    query = sa.select(SupervisionNotice).order_by(SupervisionNotice.state != "open", SupervisionNotice.due)
    if not roles.sees_all(user):
        query = query.where(SupervisionNotice.owner_org.in_(roles.departments(user)))
    if data_dict.get("task"):
        query = query.where(SupervisionNotice.code == str(data_dict["task"]))
    return [notices.to_api(row, today(), reader_language()) for row in model.Session.scalars(query.limit(500))]


@validate(schema.notice)
def nx_supervision_notice_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Issue a notice to a unit (督办, 责令整改); the unit is told and replies by the day.

    :param kind: ``supervision`` or ``rectification``
    :param owner_org: the unit, id or name
    :param task: the task that it is about (optional)
    :param text: what is to be done or mended
    :param due: the day by which the unit replies

    :returns: as in :func:`nx_supervision_notice_list`
    """
    tk.check_access("nx_supervision_notice_create", context, data_dict)
    unit = permissions.department_id(data_dict["owner_org"])
    if unit is None:
        raise tk.ValidationError({"owner_org": [tk._("There is no such department")]})
    if data_dict.get("task") and tasks_in_force.find_task(data_dict["task"]) is None:
        raise tk.ValidationError({"task": [tk._("There is no such task")]})
    user = str(context.get("user") or "")
    row = notices.issue(unit, data_dict, user, today())
    model.Session.commit()
    return notices.to_api(row, today(), reader_language())


@validate(schema.notice_reply)
def nx_supervision_notice_reply(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Reply to a notice for your unit.

    :param id: the notice
    :param reply: what was done

    :returns: as in :func:`nx_supervision_notice_list`
    """
    row = _notice("nx_supervision_notice_reply", context, data_dict)
    notices.reply(row, data_dict["reply"], str(context.get("user") or ""), today())
    model.Session.commit()
    return notices.to_api(row, today(), reader_language())


@validate(schema.notice_end)
def nx_supervision_notice_end(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Close a notice that was replied to (销号), or return the reply.

    :param id: the notice
    :param action: ``close`` or ``return``
    :param opinion: what the office says to it

    :returns: as in :func:`nx_supervision_notice_list`
    """
    row = _notice("nx_supervision_notice_end", context, data_dict)
    notices.end(row, data_dict["action"], data_dict["opinion"], str(context.get("user") or ""))
    model.Session.commit()
    return notices.to_api(row, today(), reader_language())


def _notice(action: str, context: Context, data_dict: dict[str, Any]) -> SupervisionNotice:
    row = model.Session.get(SupervisionNotice, data_dict["id"])
    tk.check_access(action, context, data_dict)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such notice"))
    return row


# Dispatches


@tk.side_effect_free
def nx_dispatch_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """What was sent to the State, the newest first; for the supervising offices.

    :returns: ``id``, ``kind``, ``period``, ``recipient``, ``sent``, ``receipt``, ``note``, ``user``, ``files`` each
    """
    tk.check_access("nx_dispatch_list", context, data_dict)
    query = sa.select(Dispatch).order_by(Dispatch.sent.desc(), Dispatch.time.desc()).limit(500)
    return [_dispatch(row) for row in model.Session.scalars(query)]


@validate(schema.dispatch)
def nx_dispatch_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Put down what was sent to the State: who sent it, when, the file, the receipt.

    :param kind: ``monthly``, ``annual``, ``catalogue``, ``tables`` or ``other``
    :param period: of a report, ``2026-10`` or ``2025`` (optional)
    :param recipient: to whom, such as 国家发展改革委
    :param sent: the day
    :param receipt: number of the receipt (optional)
    :param note: (optional)
    :param upload: the file (optional)

    :returns: as in :func:`nx_dispatch_list`
    """
    tk.check_access("nx_dispatch_create", context, data_dict)
    user = str(context.get("user") or "")
    mine = roles.supervising_offices(user)
    office = "office" if "office" in mine else "development"
    owner = permissions.department_id(config.supervisor(office)) or ""
    row = Dispatch(
        kind=data_dict["kind"],
        period=data_dict.get("period") or "",
        recipient=data_dict["recipient"],
        sent=data_dict["sent"],
        receipt=data_dict.get("receipt") or "",
        note=data_dict.get("note") or "",
        owner_org=owner,
        user_name=user,
    )
    model.Session.add(row)
    model.Session.flush()
    log.write("dispatch", row.id, owner, "dispatch", user, {"recipient": [None, row.recipient]})
    if getattr(data_dict.get("upload"), "filename", ""):
        attachment_store.add("dispatch", row.id, owner, "", data_dict["upload"], user)
    model.Session.commit()
    return _dispatch(row)


def _dispatch(row: Dispatch) -> dict[str, Any]:
    user = model.User.get(row.user_name)
    return {
        "id": row.id,
        "kind": row.kind,
        "period": row.period,
        "recipient": row.recipient,
        "sent": row.sent.isoformat(),
        "receipt": row.receipt,
        "note": row.note,
        "department": departments.title(row.owner_org, reader_language()) if row.owner_org else "",
        "user": (user.fullname or user.name) if user else "",
        "files": attachment_store.list_attachments("dispatch", row.id, reader_language()),
    }
