"""The lists that can be exported: what each holds, by which filter. Read by the actions, with the reader's rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register.entries import entry_schema
from ckanext.nxopendata.register.models import Entry
from ckanext.nxopendata.register.reports import collection
from ckanext.nxopendata.register.tasks import plan_tasks, tasks_in_force

Rows = Iterator[Sequence[Any]]
PAGE = 1000


@dataclass(frozen=True, slots=True)
class List:
    """A list: its title, the filters it takes, its head, and its rows for a filter."""

    title: LazyString
    filters: tuple[str, ...]
    head: Callable[[], Sequence[str]]
    rows: Callable[[Context, Mapping[str, str]], Rows]


def read(name: str, context: Context, chosen: Mapping[str, str]) -> list[list[str]]:
    """A list with its head, every cell as text."""
    found = LISTS[name]
    return [list(found.head()), *([_cell(value) for value in row] for row in found.rows(context, chosen))]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Mapping):
        return str(value.get("zh") or next(iter(value.values()), ""))
    if isinstance(value, (list, tuple)):
        return "、".join(_cell(each) for each in value)
    return str(value)


def _act(context: Context, action: str, **data: Any) -> Any:
    return tk.get_action(action)({"user": context.get("user", "")}, data)


def _pages(context: Context, action: str, chosen: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    offset = 0
    while results := _act(context, action, **chosen, limit=PAGE, offset=offset)["results"]:
        yield from results
        offset += len(results)


def _schema_fields(kind: str) -> list[Mapping[str, Any]]:
    return [field for field in entry_schema.load(kind)["fields"] if field["field_name"] not in entry_schema.IDENTITY]


def _schema_head(kind: str) -> list[str]:
    language = "zh_Hans_CN" if reader_language().startswith("zh") else "en"
    labels = [field["label"][language] for field in _schema_fields(kind)]
    return [tk._("Id"), tk._("Department"), *labels]


def _read_by_schema(kind: str, action: str) -> Callable[[Context, Mapping[str, str]], Rows]:
    def rows(context: Context, chosen: Mapping[str, str]) -> Rows:
        names = [field["field_name"] for field in _schema_fields(kind)]
        for row in _pages(context, action, chosen):
            yield [row["id"], row["department"], *(row.get(name) for name in names)]

    return rows


def _verdicts(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_system_verdict_list", **chosen):
        met = [tk.h.nx_register_word(sign["sign"]) for sign in row["signs"] if sign["met"]]
        state = tk.h.nx_register_word(row["state"])
        yield row["id"], row["department"], row["system"], state, met, row["reason"], row["opinion"], row["answer_by"]


def _funding(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_system_funding", **chosen):
        exemption = row["exemption"] or {}
        state = tk.h.nx_register_word(row["state"])
        reasons = (tk.h.nx_register_funding(row), exemption.get("reason"), exemption.get("until"))
        yield row["id"], row["department"], row["title"], state, *reasons


def _connection(context: Context, chosen: Mapping[str, str]) -> Rows:
    board = _act(context, "nx_system_board", **chosen)
    for row in board["rows"]:
        for platform, found in zip(board["platforms"], row["fields"], strict=True):
            state = tk.h.nx_register_word(found["state"])
            numbers = (found["connected"], found["required"], found["due"])
            yield row["title"], platform["title"], state, *numbers, found["date"], found["evidence"]


def _tasks(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_task_list", **chosen):
        due = row["due"] or row["due_text"]
        late = tk._("Overdue") if row["overdue"] else ""
        state = tk._("Done") if row["state"] == plan_tasks.DONE else late or tk._("Under way")
        yield row["code"], row["section"], row["title"], row["lead"], row["cooperating"], due, state, row["source"]


def _progress(context: Context, chosen: Mapping[str, str]) -> Rows:
    group = model.Group.get(chosen["owner_org"]) if chosen.get("owner_org") else None
    owners = [group.id if group else ""] if chosen.get("owner_org") else None
    titles = {task.code: task.title["zh"] for task in tasks_in_force.list_tasks()}
    for row in collection.list_progress(list(titles), owners):
        unit = departments.title(row.owner_org, reader_language())
        yield row.code, titles[row.code], unit, row.month, row.percent, row.text, row.evidence


def _reports(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_report_list", **chosen):
        kind = tk._("Monthly report") if row["kind"] == "monthly" else tk._("Annual report")
        figures = [row["figures"].get(name, 0) for name in collection.FIGURES]
        texts = [row["texts"].get(name, "") for name in _texts()]
        days = (row["due"], row["submitted"], row["late"])
        yield row["id"], row["department"], kind, row["period"], *days, *figures, *texts


def _reports_head() -> list[str]:
    about = (tk._("Id"), tk._("Department"), tk._("Kind"), tk._("Period"), tk._("Due"), tk._("Submitted"))
    return [*about, tk._("Days late"), *tk.h.nx_report_figures().values(), *_texts().values()]


def _texts() -> dict[str, str]:
    return {name: label for kind in collection.TEXTS for name, label in tk.h.nx_report_texts(kind).items()}


def _evaluations(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_evaluation_list", **chosen):
        about = (row["year"], row["title"], row["total"], row["grade"], row["rank"])
        for score in row["scores"]:
            numbers = (score["numerator"], score["denominator"], score["percent"], score["weight"], score["points"])
            yield row["id"], *about, score["name"], *numbers


def _findings(context: Context, chosen: Mapping[str, str]) -> Rows:
    for row in _act(context, "nx_audit_finding_list", **chosen):
        state = tk.h.nx_audit_state(row["state"])
        texts = (row["reply"], row["evidence"], row["opinion"])
        yield row["id"], row["department"], row["title"], row["text"], state, row["due"], row["replied"], *texts


def _sample(context: Context, chosen: Mapping[str, str]) -> Rows:
    for number, row in enumerate(_act(context, "nx_audit_sample", **chosen)["results"], 1):
        yield number, row["id"], row["department"], row["title"]


def _log(context: Context, chosen: Mapping[str, str]) -> Rows:
    query = sa.select(Entry).order_by(Entry.id)
    if chosen.get("owner_org"):
        group = model.Group.get(chosen["owner_org"])
        query = query.where(Entry.owner_org == (group.id if group else ""))
    day = sa.cast(Entry.time, sa.Date)
    if chosen.get("since"):
        query = query.where(day >= dt.date.fromisoformat(chosen["since"]))
    if chosen.get("until"):
        query = query.where(day <= dt.date.fromisoformat(chosen["until"]))
    for entry in model.Session.scalars(query.execution_options(yield_per=PAGE)):
        changes = "；".join(f"{name}: {_cell(pair[0])} → {_cell(pair[1])}" for name, pair in entry.changes.items())
        about = (entry.id, entry.time.isoformat(), entry.user_name, entry.subject, entry.subject_id)
        yield *about, entry.action, entry.opinion, changes


def _signoffs(context: Context, chosen: Mapping[str, str]) -> Rows:
    """Files that are public in spite of what was found in them; none where the site has no safety check."""
    try:
        action = tk.get_action("nx_safety_signoff_list")
    except KeyError:
        return
    # Who exports lists was asked already; the room of safety knows nothing of auditors.
    for row in action({"ignore_auth": True}, dict(chosen)):
        yield tuple(row[name] for name in SIGNOFF)


SIGNOFF = (
    *("id", "department", "dataset", "file", "level", "kind", "reason", "article", "until"),
    *("author", "approver", "state", "opinion", "created", "decided"),
)
"""Fields of a sign-off, in the order of the list."""

LISTS: Mapping[str, List] = {
    "systems": List(
        _("Systems"),
        ("owner_org", "plan", "state"),
        lambda: _schema_head("system"),
        _read_by_schema("system", "nx_system_list"),
    ),
    "projects": List(
        _("Projects"),
        ("owner_org",),
        lambda: _schema_head("project"),
        _read_by_schema("project", "nx_project_list"),
    ),
    "verdicts": List(
        _("Clean-up"),
        ("owner_org",),
        lambda: [
            tk._("Id"),
            tk._("Department"),
            tk._("System"),
            tk._("State"),
            tk._("Signs"),
            tk._("Reason"),
            tk._("Opinion"),
            tk._("Answer by"),
        ],
        _verdicts,
    ),
    "funding": List(
        _("Operation funds"),
        ("owner_org",),
        lambda: [
            tk._("Id"),
            tk._("Department"),
            tk._("System"),
            tk._("Funds"),
            tk._("Reason"),
            tk._("Exemption"),
            tk._("Until"),
        ],
        _funding,
    ),
    "connection": List(
        _("Connection"),
        ("owner_org",),
        lambda: [
            tk._("Unit"),
            tk._("Platform"),
            tk._("State"),
            tk._("Connected"),
            tk._("Required"),
            tk._("Due"),
            tk._("Date"),
            tk._("Evidence"),
        ],
        _connection,
    ),
    "tasks": List(
        _("Tasks of the plan"),
        ("owner_org", "state"),
        lambda: [
            tk._("Task number"),
            tk._("Part of the plan"),
            tk._("Task"),
            tk._("Lead"),
            tk._("Taking part"),
            tk._("Due"),
            tk._("State"),
            tk._("Clause"),
        ],
        _tasks,
    ),
    "progress": List(
        _("Progress of the tasks"),
        ("owner_org",),
        lambda: [
            tk._("Task number"),
            tk._("Task"),
            tk._("Department"),
            tk._("Month"),
            tk._("Per cent"),
            tk._("What was done"),
            tk._("Evidence"),
        ],
        _progress,
    ),
    "reports": List(_("Reports"), ("owner_org", "kind", "period", "state"), _reports_head, _reports),
    "evaluations": List(
        _("Evaluation"),
        ("owner_org", "year"),
        lambda: [
            tk._("Id"),
            tk._("Year"),
            tk._("Unit"),
            tk._("Total"),
            tk._("Grade"),
            tk._("Rank"),
            tk._("Indicator"),
            tk._("Counted as good"),
            tk._("Counted in all"),
            tk._("Per cent"),
            tk._("Weight"),
            tk._("Points"),
        ],
        _evaluations,
    ),
    "findings": List(
        _("Findings"),
        ("owner_org", "state"),
        lambda: [
            tk._("Id"),
            tk._("Department"),
            tk._("Finding"),
            tk._("Description"),
            tk._("State"),
            tk._("Due"),
            tk._("Replied on"),
            tk._("Reply"),
            tk._("Evidence"),
            tk._("Opinion"),
        ],
        _findings,
    ),
    "signoffs": List(
        _("Sign-offs of the safety check"),
        ("owner_org",),
        lambda: [
            tk._("Id"),
            tk._("Department"),
            tk._("Dataset"),
            tk._("File"),
            tk._("Level"),
            tk._("Kind"),
            tk._("Reason"),
            tk._("Article of the law, or document"),
            tk._("Last day"),
            tk._("Proposed by"),
            tk._("Decided by"),
            tk._("State"),
            tk._("Opinion"),
            tk._("Proposed on"),
            tk._("Decided on"),
        ],
        _signoffs,
    ),
    "sample": List(
        _("Sample"),
        ("of", "size", "seed", "owner_org"),
        lambda: [tk._("Sequence number"), tk._("Id"), tk._("Department"), tk._("Name")],
        _sample,
    ),
    "log": List(
        _("Log"),
        ("owner_org", "since", "until"),
        lambda: [
            tk._("Sequence number"),
            tk._("Time (UTC)"),
            tk._("Person"),
            tk._("Kind"),
            tk._("Id"),
            tk._("Deed"),
            tk._("Opinion"),
            tk._("Changes"),
        ],
        _log,
    ),
}

SAMPLE = "sample"
"""The one list that is drawn, not kept; exported from the page of samples."""

FILTERS = tuple(dict.fromkeys(name for each in LISTS.values() for name in each.filters))
