"""Actions of the plan's tasks and of the monthly and annual reports."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language, zh_or_en
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.reports import collection, reporting_periods, schema
from ckanext.nxopendata.register.reports.models import ASKED, SUBMITTED, Progress, Report, TaskState, to_api
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force, wording

LOGGED = ("complete", "reopen", "add", "amend", "split", "notice_supervision", "notice_rectification", "notice_close")
"""What the log of a task tells everybody who may read it."""

# Tasks


@tk.side_effect_free
@validate(schema.task_listing)
def nx_task_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks of the plan, in its order.

    :param owner_org: only what concerns this unit, id or name (optional)
    :param state: only ``open``, ``done`` or ``overdue`` (optional)

    :returns: ``code``, ``section``, ``title``, ``lead``, ``cooperating``, ``lead_units``, ``cooperating_units``
        (as the plan writes them), ``due``, ``due_text``, ``source``, ``state``, ``by_facts`` (whether facts told it),
        ``overdue``, and ``place`` of the unit (``lead`` or ``cooperating``) each
    """
    tk.check_access("nx_task_list", context, data_dict)
    owner_org = data_dict.get("owner_org")
    found = tasks_in_force.list_tasks()
    places: dict[str, str] = {}
    if owner_org:
        unit = permissions.department_id(owner_org) or ""
        found = tuple(collection.unit_tasks(unit))
        leading = {task.code for task in collection.unit_tasks(unit, "lead")}
        places = {task.code: "lead" if task.code in leading else "cooperating" for task in found}
    states = {row.code: row for row in model.Session.scalars(sa.select(TaskState))}
    shown = [_task(task, states.get(task.code)) | {"place": places.get(task.code, "")} for task in found]
    wanted = data_dict.get("state")
    if wanted == "overdue":
        return [each for each in shown if each["overdue"]]
    return [each for each in shown if wanted in (None, each["state"])]


def _task(task: plan_tasks.Task, row: TaskState | None) -> dict[str, Any]:
    language = zh_or_en()
    state = row.state if row else plan_tasks.OPEN
    return {
        "code": task.code,
        "section": task.section[language] or tk._("Tasks that the office added"),
        "title": task.title[language],
        "lead": [wording.say_unit(unit) for unit in task.lead],
        "cooperating": [wording.say_unit(unit) for unit in task.cooperating],
        "lead_units": list(task.lead),
        "cooperating_units": list(task.cooperating),
        "due": task.due.isoformat() if task.due else None,
        "due_text": wording.say_due(task.due_text),
        "source": wording.say_clause(task.source),
        "state": state,
        "opinion": row.opinion if row else "",
        "by_facts": bool(row and row.by_facts),
        "overdue": plan_tasks.is_overdue(task, state, today()),
    }


@tk.side_effect_free
def nx_task_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One task with the progress you may read: your own unit's, or everybody's for the supervising offices.

    :param id: the number of the task

    :returns: as in :func:`nx_task_list`, with ``progress`` (``owner_org``, ``department``, ``month``, ``percent``,
        ``text``, ``evidence``, newest first) and ``log``
    """
    tk.check_access("nx_task_show", context, data_dict)
    task = _known_task(data_dict)
    user = context.get("user")
    own = None if roles.sees_all(user) else roles.departments(user)
    language = reader_language()
    rows = [
        {
            "owner_org": row.owner_org,
            "department": departments.title(row.owner_org, language),
            "month": row.month,
            "percent": row.percent,
            "text": row.text,
            "evidence": row.evidence,
        }
        for row in collection.list_progress([task.code], own)
    ]
    return _task(task, model.Session.get(TaskState, task.code)) | {
        "progress": rows,
        "log": [entry for entry in log.read("task", task.code) if entry["action"] in LOGGED],
    }


def _known_task(data_dict: dict[str, Any]) -> plan_tasks.Task:
    task = tasks_in_force.find_task(str(tk.get_or_bust(data_dict, "id")))
    if task is None:
        raise tk.ObjectNotFound(tk._("There is no such task"))
    return task


@validate(schema.progress)
def nx_task_progress_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say what your unit did for a task in a month; said again, it replaces what was said.

    :param id: the number of the task
    :param owner_org: your unit, id or name
    :param month: ``2026-11`` (optional, this month by default)
    :param percent: how much of your unit's part is done, 0 to 100
    :param text: what was done
    :param evidence: an address (http or https) or a document's number (optional)

    :returns: what is kept
    """
    task = _known_task(data_dict)
    tk.check_access("nx_task_progress_update", context, data_dict)
    unit = permissions.department_id(data_dict["owner_org"]) or ""
    if task not in collection.unit_tasks(unit):
        raise tk.ValidationError({"id": [tk._("This task is not one of your unit's")]})
    month = data_dict.get("month") or today().strftime("%Y-%m")
    if month > today().strftime("%Y-%m"):
        raise tk.ValidationError({"month": [tk._("This month has not begun yet")]})
    row = model.Session.get(Progress, (task.code, unit, month))
    after = {name: data_dict.get(name) or "" for name in ("text", "evidence")} | {"percent": data_dict["percent"]}
    before = {name: getattr(row, name) for name in after} if row else {}
    if row is None:
        row = Progress(code=task.code, owner_org=unit, month=month)
        model.Session.add(row)
    for name, value in after.items():
        setattr(row, name, value)
    row.user_name = context.get("user", "")
    log.write(
        "task", task.code, unit, "progress", context.get("user", ""), log.difference(before, after | {"month": month})
    )
    model.Session.commit()
    return {"id": task.code, "owner_org": unit, "month": month} | after


@validate(schema.decision)
def nx_task_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Declare a task done, or open again.

    :param id: the number of the task
    :param action: ``complete`` or ``reopen``
    :param opinion: why; required to open it again

    :returns: the task as in :func:`nx_task_list`
    """
    tk.check_access("nx_task_decide", context, data_dict)
    task = _known_task(data_dict)
    opinion = data_dict.get("opinion") or ""
    if data_dict["action"] == "reopen" and not opinion:
        raise tk.ValidationError({"opinion": [tk._("Say why")]})
    row = model.Session.get(TaskState, task.code) or TaskState(code=task.code, state=plan_tasks.OPEN)
    before = row.state
    row.state = plan_tasks.DONE if data_dict["action"] == "complete" else plan_tasks.OPEN
    row.opinion, row.by_facts = opinion, False
    model.Session.add(row)
    changes = {"state": [before, row.state]}
    log.write("task", task.code, "", data_dict["action"], context.get("user", ""), changes, opinion)
    model.Session.commit()
    return _task(task, row)


# Reports


@tk.side_effect_free
@validate(schema.report_listing)
def nx_report_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The reports that you may see, the newest round first.

    :param kind: ``monthly`` or ``annual`` (optional)
    :param period: ``2026-10`` or ``2025`` (optional)
    :param owner_org: only of this unit, id or name (optional)
    :param state: ``asked`` or ``submitted`` (optional)

    :returns: as :func:`nx_report_show` each
    """
    tk.check_access("nx_report_list", context, data_dict)
    user = context.get("user")
    query = sa.select(Report).order_by(Report.due.desc(), Report.kind, Report.owner_org)
    for name in ("kind", "period", "state"):
        if data_dict.get(name):
            query = query.where(getattr(Report, name) == data_dict[name])
    if data_dict.get("owner_org"):
        query = query.where(Report.owner_org == (permissions.department_id(data_dict["owner_org"]) or ""))
    if not roles.sees_all(user):
        query = query.where(Report.owner_org.in_(roles.departments(user)))
    return [_to_api(row) for row in model.Session.scalars(query.limit(1000))]


@tk.side_effect_free
def nx_report_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """One report.

    :param id: its id

    :returns: ``id``, ``kind``, ``period``, ``owner_org``, ``department``, ``state``, ``figures``, ``texts``, ``due``,
        ``submitted``, ``late`` (days), ``figures_day`` (the day the figures are of; null where those of the period were
        not kept), ``returned`` (whether it was returned and is to come again), ``log``
    """
    row = _report("nx_report_show", context, data_dict)
    return _to_api(row) | {"log": log.read("report", row.id)}


@validate(schema.report)
def nx_report_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Write your unit's own words into its report, as long as it is not submitted.

    :param id: the report
    :param progress, problems, next: texts
    :param catalogue, connection, sharing: of an annual report, in place of ``progress``: the catalogue, the
        connection of systems, sharing and working together
    :param filler: who fills it in
    :param phone: their telephone

    :returns: the report
    """
    row = _open_report("nx_report_update", context, data_dict)
    before = dict(row.texts)
    row.texts = before | {name: data_dict[name] for name in collection.TEXTS[row.kind] if name in data_dict}
    row.user_name = context.get("user", "")
    changed = log.difference(before, row.texts)
    if changed:
        log.write("report", row.id, row.owner_org, "update", context.get("user", ""), changed)
    model.Session.commit()
    return _to_api(row)


def nx_report_submit(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Submit a report: its figures stand from now on; those of the end of its period, else those of today.

    :param id: the report

    :returns: the report
    """
    row = _open_report("nx_report_submit", context, data_dict)
    collection.check_texts(row.kind, row.texts)
    row.figures, row.figures_day = collection.figures_of_period(row.owner_org, row.period, today())
    row.state = SUBMITTED
    row.submitted = row.submitted or today()
    log.write("report", row.id, row.owner_org, "submit", context.get("user", ""), {"state": [ASKED, SUBMITTED]})
    model.Session.commit()
    return _to_api(row)


@validate(schema.return_)
def nx_report_return(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Return a submitted report to its unit, which mends it and submits it again; the day it first came stands.

    :param id: the report
    :param reason: what is to be mended

    :returns: the report
    """
    row = _report("nx_report_return", context, data_dict)
    if row.state != SUBMITTED:
        raise tk.ValidationError({"state": [tk._("This report was not submitted: there is nothing to return")]})
    row.state = ASKED
    changes = {"state": [SUBMITTED, ASKED]}
    log.write("report", row.id, row.owner_org, "return", context.get("user", ""), changes, data_dict["reason"])
    collection.tell_returned(row)
    model.Session.commit()
    return _to_api(row)


@tk.side_effect_free
@validate(schema.round_)
def nx_report_summary(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The office's summary of a round.

    :param kind: ``monthly`` or ``annual``
    :param period: ``2026-10`` or ``2025``

    :returns: ``totals``, ``in_time``, ``late``, ``silent`` and the days of the round
    """
    tk.check_access("nx_report_summary", context, data_dict)
    try:
        return collection.summarise(data_dict["kind"], data_dict["period"], today())
    except reporting_periods.NoSuchRoundError:
        raise tk.ObjectNotFound(tk._("There is no such round of reports")) from None


def nx_report_remind(context: Context, data_dict: dict[str, Any]) -> dict[str, int]:
    """The daily round: ask the units on the first, remind who is due or late. Twice a day does no harm.

    :returns: ``asked`` and ``reminded``: how many units
    """
    tk.check_access("nx_report_remind", context, data_dict)
    counts = collection.remind(today())
    model.Session.commit()
    return counts


def _report(action: str, context: Context, data_dict: dict[str, Any]) -> Report:
    row = model.Session.get(Report, str(tk.get_or_bust(data_dict, "id")))
    # Somebody else's report and none at all look the same from outside.
    tk.check_access(action, context, data_dict)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such report"))
    return row


def _open_report(action: str, context: Context, data_dict: dict[str, Any]) -> Report:
    row = _report(action, context, data_dict)
    if row.state != ASKED:
        raise tk.ValidationError({"state": [tk._("This report is submitted; it no longer changes")]})
    return row


def _to_api(row: Report) -> dict[str, Any]:
    day: dt.date = today()
    return to_api(row, day) | {"department": departments.title(row.owner_org, reader_language())}
