"""Monthly and annual reports: asking the units, their figures, reminders, the office's summary."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core import departments, roles
from ckanext.nxopendata.core.notifications import inbox
from ckanext.nxopendata.register import config, log
from ckanext.nxopendata.register.connection import queries, status_board
from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.reports import figure_history, reporting_periods
from ckanext.nxopendata.register.reports.models import ASKED, SUBMITTED, Progress, Report, TaskState, to_api
from ckanext.nxopendata.register.systems import record, system_store
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force
from ckanext.nxopendata.review.lists import catalogue_lists
from ckanext.nxopendata.review.overdue import overdue_updates

FIGURES = (
    "systems",
    "systems_keep",
    "systems_merge",
    "systems_clear",
    "systems_disposed",
    "to_connect",
    "connected",
    "platforms_to_connect",
    "platforms_connected",
    "projects",
    "datasets",
    "datasets_shared",
    "datasets_open",
    "datasets_overdue",
    "uses_shared",
    "cases",
    "cases_in_time",
    "cases_rated",
    "cases_satisfied",
    "tasks",
    "tasks_done",
)
"""What is computed for every unit, in the order of the report."""

TEXTS: dict[str, tuple[str, ...]] = {
    reporting_periods.MONTHLY: ("progress", "problems", "next", "filler", "phone"),
    reporting_periods.ANNUAL: ("catalogue", "connection", "sharing", "problems", "next", "filler", "phone"),
}
"""What a unit says itself, by the kind of report: progress made (in a year, by what the plan names in part three, two:
the catalogue, the connection of systems, sharing and working together), problems, next steps, who fills it in."""

SATISFIED = 4
"""The rating of a case, of 1 to 5, from which on who asked is satisfied."""

REQUIRED = ("progress", "catalogue", "connection", "sharing", "filler", "phone")
"""Texts without which a report is not submitted."""

TOPIC = "report"


def check_texts(kind: str, texts: Mapping[str, str]) -> None:
    """Refuse a report that lacks a text it is not submitted without.

    Raises:
        tk.ValidationError: by text.
    """
    missing = [name for name in TEXTS[kind] if name in REQUIRED and not texts.get(name)]
    if missing:
        raise tk.ValidationError({name: [tk._("Missing value")] for name in missing})


def units() -> list[str]:
    """The ids of the units that report: every active organisation, but for those the operator excuses."""
    group: Any = model.Group
    query = sa.select(group.id, group.name).where(group.is_organization, group.state == "active").order_by(group.title)
    excused = config.reports_excused()
    return [row[0] for row in model.Session.execute(query) if row[1] not in excused]


def open_reports(kind: str, today: dt.date) -> list[Report]:
    """Open the round that is asked for by ``today``: a report for each unit that has none yet. Idempotent.

    A site that begins now does not ask for a round that was summed up before it began.

    Returns:
        The reports that were opened; the caller commits.
    """
    current = reporting_periods.latest(kind, today)
    same = sa.and_(Report.kind == kind, Report.period == current.period)
    there = set(model.Session.scalars(sa.select(Report.owner_org).where(same)))
    if today > current.summary and not model.Session.query(Report).filter_by(kind=kind).first():
        return []
    opened = []
    for unit in units():
        if unit not in there:
            row = Report(kind=kind, period=current.period, owner_org=unit, due=current.due)
            row.figures, row.figures_day = figures_of_period(unit, current.period, today)
            opened.append(row)
    model.Session.add_all(opened)
    model.Session.flush()
    for row in opened:
        log.write("report", row.id, row.owner_org, "ask", "")
    return opened


def remind(today: dt.date) -> dict[str, int]:
    """The daily round: ask, remind who has not reported on the due day and every day after it, once a day.

    Returns:
        ``asked`` and ``reminded``: how many units.
    """
    counts: Counter[str] = Counter()
    for kind in reporting_periods.KINDS:
        for row in open_reports(kind, today):
            counts["asked"] += 1
            _tell(row, "asked", today)
    late = sa.select(Report).where(Report.state == ASKED, Report.due <= today).order_by(Report.due)
    for row in model.Session.scalars(late).all():
        if today.isoformat() in row.reminded or today > reporting_periods.find_round(row.kind, row.period).summary:
            continue
        row.reminded = [*row.reminded, today.isoformat()]
        counts["reminded"] += 1
        _tell(row, "late" if today > row.due else "due", today)
    for kind in reporting_periods.KINDS:
        _tell_offices(reporting_periods.latest(kind, today), today)
    return {"asked": counts["asked"], "reminded": counts["reminded"]}


def _tell_offices(current: reporting_periods.Round, today: dt.date) -> None:
    """On the day of the summary: the offices that send it up are told, once, that it is ready and who is missing."""
    subject_id = f"{current.kind}:{current.period}"
    if today < current.summary or log.read("report", subject_id):
        return
    found = summarise(current.kind, current.period, today)
    if not found["count"]:
        return
    log.write("report", subject_id, "", "summary", "")
    values = {"what": "summary", "kind": current.kind, "period": current.period, "due": current.due.isoformat()}
    values |= {"late": len(found["late"]), "silent": len(found["silent"])}
    address = {"kind": current.kind, "period": current.period}
    values |= {"endpoint": "nx_register_reports.summary", "values": address}
    for office in ("office", "development"):
        group: Any = model.Group.get(config.supervisor(office) or "")
        inbox.tell(roles.people(group.id if group else None, ("admin", "editor")), TOPIC, values)


def tell_returned(row: Report) -> None:
    """Notify the unit that its report was returned."""
    _tell(row, "returned", row.due)


def _tell(row: Report, what: str, today: dt.date) -> None:
    values = {"what": what, "kind": row.kind, "period": row.period, "due": row.due.isoformat()}
    values |= {"endpoint": "nx_register_reports.show", "values": {"id": row.id}}
    inbox.tell(roles.people(row.owner_org, ("admin", "editor")), TOPIC, values)


def notice_text(params: Any) -> str:
    """What a notice about a report says."""
    texts = {
        "asked": tk._("Please report for {period} by {due}; the figures are filled in already"),
        "due": tk._("The report for {period} is due today ({due})"),
        "late": tk._("The report for {period} is late; it was due on {due}"),
        "returned": tk._("The report for {period} was returned: mend it and hand it in again"),
        "summary": tk._("The summary for {period} is ready: {late} units late, {silent} silent"),
    }
    return texts[params["what"]].format(**params)


def figures_of_period(owner_org: str, period: str, today: dt.date) -> tuple[dict[str, int], dt.date | None]:
    """The figures of a unit (id) at the end of a period and the day they are of.

    Where they were not kept, those of today, and None for the day: the report says so.
    """
    kept = figure_history.find(owner_org, period)
    return (dict(kept.figures), kept.day) if kept else (count_figures(owner_org, today), None)


def keep_figures(today: dt.date) -> int:
    """Keep what is known of every unit today, for the reports of this month; return the number of units."""
    found = units()
    for unit in found:
        figure_history.keep(unit, today, count_figures(unit, today))
    return len(found)


def count_figures(owner_org: str, today: dt.date) -> dict[str, int]:
    """What the register and the catalogue know of a unit, by :data:`FIGURES`."""
    found = system_store.list_systems([owner_org])
    active = [system for system in found if system.state == record.ACTIVE]
    plans = Counter(system.plan for system in active)
    systems, platforms = queries.count_connections([owner_org])
    package: Any = model.Package
    share, is_open = package.extras["nx_share_type"].astext, package.extras["nx_is_open"].astext
    datasets = model.Session.execute(
        sa.select(share, is_open).where(catalogue_lists.is_registered(), package.owner_org == owner_org)
    ).all()
    projects = sa.select(sa.func.count()).select_from(Project).where(Project.owner_org == owner_org)
    mine = unit_tasks(owner_org)
    done = done_tasks()
    return {
        "systems": len(active),
        "systems_keep": plans[record.KEEP],
        "systems_merge": plans[record.MERGE],
        "systems_clear": plans[record.CLEAR],
        "systems_disposed": sum(system.state != record.ACTIVE for system in found),
        "to_connect": systems.required,
        "connected": systems.connected,
        "platforms_to_connect": platforms.required,
        "platforms_connected": platforms.connected,
        "projects": model.Session.scalar(projects) or 0,
        "datasets": len(datasets),
        "datasets_shared": sum(row[0] in ("1", "2") for row in datasets),
        "datasets_open": sum(row[1] == "1" for row in datasets),
        "datasets_overdue": len(overdue_updates.list_overdue(today, [owner_org])),
        "uses_shared": sum(system.uses_shared == "1" for system in active),
        **_count_cases(owner_org, today),
        "tasks": len(mine),
        "tasks_done": sum(task.code in done for task in mine),
    }


def _count_cases(owner_org: str, today: dt.date) -> dict[str, int]:
    """The cases of this year that a unit had to answer by now, those of them that it answered in time, and ratings."""
    try:
        asked = tk.get_action("nx_case_between")
    except KeyError:  # a site without cases
        return dict.fromkeys(("cases", "cases_in_time", "cases_rated", "cases_satisfied"), 0)
    span = {"since": today.replace(month=1, day=1).isoformat(), "until": today.isoformat(), "department": owner_org}
    rows = [row for row in asked({"ignore_auth": True}, span) if row["due"]]
    counted = [row for row in rows if row["answered"] or row["due"] < today.isoformat()]
    in_time = sum(bool(row["answered"]) and row["answered"] <= row["due"] for row in counted)
    ratings = [row["rating"] for row in counted if row["rating"]]
    satisfied = sum(rating >= SATISFIED for rating in ratings)
    told = {"cases": len(counted), "cases_in_time": in_time}
    return told | {"cases_rated": len(ratings), "cases_satisfied": satisfied}


def unit_tasks(owner_org: str, place: str = "") -> list[plan_tasks.Task]:
    """The tasks that concern a unit (id); with ``place`` only where it is ``lead`` or ``cooperating``."""
    names, kind = _names(owner_org), task_kind(owner_org)
    return [
        task
        for task in tasks_in_force.list_tasks()
        if (found := task.concerns(names, kind)) and (not place or found == place)
    ]


def find_place(owner_org: str, task: plan_tasks.Task) -> str:
    """What a unit (id) is in a task: ``lead``, ``cooperating`` or ""."""
    return task.concerns(_names(owner_org), task_kind(owner_org))


def _names(owner_org: str) -> list[str]:
    group = model.Group.get(owner_org)
    return [group.title or "", group.name] if group else []


def task_kind(owner_org: str) -> str:
    """What a unit (id) is in the plan: as :func:`.queries.kind_of`, or ``county``, the government of one."""
    group = model.Group.get(owner_org)
    kind = queries.kind_of(owner_org)
    is_county = departments.extras(group).get("nx_level") == "county"
    government = re.search("([县区市]|人民政府)$", (group.title or "") if group else "")
    return "county" if kind == status_board.LOCAL and is_county and government else kind


def done_tasks() -> set[str]:
    """The numbers of the tasks that the office declared done."""
    return set(model.Session.scalars(sa.select(TaskState.code).where(TaskState.state == plan_tasks.DONE)))


def list_progress(codes: Sequence[str], owner_orgs: Sequence[str] | None) -> list[Progress]:
    """What units (ids; all for None) did for tasks, the newest month first."""
    query = sa.select(Progress).where(Progress.code.in_(list(codes)))
    if owner_orgs is not None:
        query = query.where(Progress.owner_org.in_(list(owner_orgs)))
    return list(model.Session.scalars(query.order_by(Progress.month.desc(), Progress.modified.desc())))


def summarise(kind: str, period: str, today: dt.date) -> dict[str, Any]:
    """The office's summary of a round: totals, who was in time, who was late, who said nothing.

    Raises:
        rounds.NoSuchRound: there is no such round.

    Returns:
        ``round`` (dates), ``totals`` by :data:`FIGURES` over the reports that came in, ``in_time``, ``late``,
        ``silent`` (reports, each with its unit's ``title``).
    """
    about = reporting_periods.find_round(kind, period)
    group: Any = model.Group
    query = (
        sa.select(Report, group.title, group.name)
        .join(group, group.id == Report.owner_org)
        .where(Report.kind == kind, Report.period == period)
        .order_by(group.title)
    )
    found = [to_api(row, today) | {"title": title or name} for row, title, name in model.Session.execute(query)]
    came = [each for each in found if each["state"] == SUBMITTED]
    return {
        "kind": kind,
        "period": period,
        "asked": about.asked.isoformat(),
        "due": about.due.isoformat(),
        "summary_due": about.summary.isoformat(),
        "totals": {name: sum(each["figures"].get(name, 0) for each in came) for name in FIGURES},
        "in_time": [each for each in came if not each["late"]],
        "late": [each for each in came if each["late"]],
        "silent": [each for each in found if each["state"] == ASKED],
        "count": len(found),
    }
