"""Imports of a department's catalogue: plan what a file would change, then write it, each dataset for itself.

Both steps read the file anew, so what is written is judged by what is there at that moment. They run as jobs;
:mod:`.model` keeps the file, the progress and the report.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.lib.search as search
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from flask import has_request_context

from ckanext.nxopendata.catalogue import checks, dcat, rules
from ckanext.nxopendata.catalogue.exchange import cells, forms, messages, workbook_in, workbook_out, xml
from ckanext.nxopendata.catalogue.exchange import model as table
from ckanext.nxopendata.catalogue.exchange.workbook_in import Draft, Problem

log = logging.getLogger(__name__)

CREATE, UPDATE, DELETE, UNCHANGED, ERROR = "create", "update", "delete", "unchanged", "error"
ACTIONS = (CREATE, UPDATE, DELETE, UNCHANGED, ERROR)
FORM = "catalogue"
WORKBOOK, XML = "workbook", "xml"
PROGRESS_EVERY = 10


@dataclass(slots=True)
class Entry:
    """What an import does with one dataset: ``data`` goes to ``package_create`` or ``package_update``."""

    draft: Draft
    action: str
    data: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Department:
    """The department whose catalogue it is: id, every name it goes by, its unified social credit code."""

    id: str
    title: str
    names: frozenset[str]
    uscc: str

    @classmethod
    def of(cls, group: Any) -> Department:
        about = dcat.publisher(group)
        titles = about["title_translated"]
        names = {workbook_in.bare(name) for name in (*titles.values(), group.title, group.name) if name}
        title = titles.get("zh") or group.title or group.name
        return cls(group.id, title, frozenset(names), about["nx_uscc"] or "")


def plan(drafts: Sequence[Draft], department: Department, user: str, progress: Callable[[int], None]) -> list[Entry]:
    """What each draft would do; nothing is written.

    Args:
        progress: told how many drafts are done.
    """
    existing = _existing(drafts, department.id)
    entries: list[Entry] = []
    whole = [draft.dataset | {"owner_org": department.id, "title": _title(draft)} for draft in drafts]
    batch = checks.prepare(whole)
    for number, draft in enumerate(drafts, 1):
        entry = _planned(draft, department, existing.get(id(draft)), user, batch)
        entries.append(entry)
        if number % PROGRESS_EVERY == 0:
            progress(number)
    progress(len(drafts))
    return entries


def _title(draft: Draft) -> str:
    return (draft.dataset.get("title_translated") or {}).get("zh", "")


def _existing(drafts: Iterable[Draft], owner: str) -> dict[int, str]:
    """Draft (by ``id()``) -> id of the department's dataset with its resource code, else with its title."""
    package = model.Package
    code, title = package.extras["nx_resource_code"].astext, sa.func.nx_same_title(package.title)
    rows = model.Session.execute(
        sa.select(package.id, code, title).where(
            package.owner_org == owner, package.state != "deleted", package.type == "dataset"
        )
    ).all()
    own = {row[0] for row in rows}
    by_code = {row[1]: row[0] for row in rows if row[1]}
    by_title = {row[2]: row[0] for row in rows}
    found: dict[int, str] = {}
    for draft in drafts:
        given = draft.dataset.get("nx_resource_code")
        match = by_code.get(given) if given else by_title.get(rules.same_title(_title(draft)))
        if draft.identifier in own:
            match = draft.identifier
        if match:
            found[id(draft)] = match
    return found


def _planned(draft: Draft, department: Department, existing: str | None, user: str, batch: checks.Batch) -> Entry:
    entry = Entry(draft, ERROR, problems=[*draft.problems, *_other_provider(draft, department)])
    if existing is None and draft.operation in (xml.UPDATE, xml.DELETE):
        value = draft.dataset.get("nx_resource_code") or draft.identifier or _title(draft)
        entry.problems.append(Problem("not_found", draft.first, {"value": value}))
    if entry.problems:
        return entry
    if draft.operation == xml.DELETE:
        entry.action, entry.data = DELETE, {"id": existing}
    elif existing is None:
        entry.data = _new(draft, department)
        entry.action = CREATE
    else:
        stored = tk.get_action("package_show")({"user": user, "ignore_auth": True}, {"id": existing})
        if not changes(draft, stored):
            entry.action, entry.data = UNCHANGED, {"id": existing}
            return entry
        if draft.operation == xml.ADD:
            entry.problems.append(Problem("exists", draft.first, {"value": stored["nx_resource_code"]}))
            return entry
        entry.data = _merged(draft, stored)
        entry.action = UPDATE
    if entry.action == DELETE:
        return entry
    if errors := validate(entry.data, entry.action, user, batch):
        entry.action = ERROR
        entry.problems = [Problem("rule", draft.cell(path), {"message": message}) for path, message in errors]
    return entry


def _other_provider(draft: Draft, department: Department) -> Iterator[Problem]:
    written = workbook_in.bare(draft.provider)
    if written and written not in department.names:
        params = {"value": draft.provider, "department": department.title}
        yield Problem("provider_other", draft.cell("owner_org"), params)
    elif draft.uscc and department.uscc and draft.uscc != department.uscc:
        params = {"value": draft.uscc, "department": f"{department.title} {department.uscc}"}
        yield Problem("provider_other", draft.cell("nx_uscc"), params)


def _new(draft: Draft, department: Department) -> dict[str, Any]:
    data = {name: value for name, value in draft.dataset.items() if value not in ("", None, [], {})}
    return data | {"owner_org": department.id, "resources": _files(draft, [])}


def _files(draft: Draft, stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The stored files, and the addresses of the draft that are not among them; an import deletes no file."""
    known = {resource.get("url") for resource in stored}
    names = {link: link.rstrip("/").rpartition("/")[2] for link in draft.links}
    return [dict(resource) for resource in stored] + [
        {"url": link, "name": names[link]} for link in draft.links if link not in known
    ]


def changes(draft: Draft, stored: Mapping[str, Any]) -> list[str]:
    """The fields that a draft changes in a stored dataset."""
    fields = [name for name, value in draft.dataset.items() if not _equal(name, value, stored.get(name))]
    known = {resource.get("url") for resource in stored.get("resources", ())}
    return fields + (["resources"] if set(draft.links) - known else [])


def _equal(name: str, new: Any, old: Any) -> bool:
    if name == "nx_resource_code" and not new:
        return True  # left empty, the system's own code stays
    if name == "tags":
        return {tag["name"] for tag in new or ()} == {tag["name"] for tag in old or ()}
    if name == "nx_items":
        return _items(new, old) == [dict(item) for item in old or ()]
    if name in ("nx_theme", "nx_related_codes"):
        return set(new or ()) == set(old or ())
    return (new or None) == (old or None)


def _items(new: Any, old: Any) -> list[dict[str, Any]]:
    """The draft's items, with what the workbook has no column for taken over from the stored item of that name."""
    stored = {item.get("name"): item for item in old or ()}
    return [{**stored.get(item.get("name"), {}), **item} for item in new or ()]


def _merged(draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
    data = dict(stored) | draft.dataset
    if "title_translated" in draft.dataset:
        data.pop("title", None)
        data.pop("notes", None)
    if not draft.dataset.get("nx_resource_code"):
        data["nx_resource_code"] = stored.get("nx_resource_code")
    data["nx_items"] = _items(draft.dataset.get("nx_items", stored.get("nx_items")), stored.get("nx_items"))
    data["resources"] = _files(draft, stored.get("resources", ()))
    return data


def validate(data: dict[str, Any], action: str, user: str, batch: checks.Batch) -> list[tuple[str, str]]:
    """What the schema and the filing rules say about a dataset, as path of the field and message.

    What validation writes on the way, such as the number of a resource code, is rolled back.
    """
    plugin = lib_plugins.lookup_package_plugin("dataset")
    context: Any = {"user": user, "model": model, "session": model.Session, "ignore_auth": True, checks.BATCH: batch}
    if action == CREATE:
        schema = plugin.create_package_schema()
    else:
        schema = plugin.update_package_schema()
        context["package"] = model.Package.get(data["id"])
    point = model.Session.begin_nested()
    try:
        data = {"type": "dataset", **data}
        _, errors = lib_plugins.plugin_validate(plugin, context, data, schema, f"package_{action}")
    finally:
        point.rollback()
    return list(flat(errors))


def flat(errors: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """CKAN's tree of errors as paths (``nx_items.2.length``) and messages."""
    if isinstance(errors, Mapping):
        for key, value in errors.items():
            yield from flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(errors, list):
        for number, value in enumerate(errors):
            if isinstance(value, str):
                yield path, value
            else:
                yield from flat(value, f"{path}.{number}")
    elif errors:
        yield path, str(errors)


def apply(entries: Sequence[Entry], user: str, progress: Callable[[int], None]) -> None:
    """Write the planned datasets, each for itself: one that fails becomes an error, the others stand."""
    with _one_index_commit():
        for number, entry in enumerate(entries, 1):
            if entry.action in (CREATE, UPDATE, DELETE):
                _write(entry, user)
            if number % PROGRESS_EVERY == 0:
                progress(number)
    progress(len(entries))


@contextmanager
def _one_index_commit() -> Iterator[None]:
    """Let the search index commit once at the end: half the time of an import went into one commit a dataset.

    Only in a job's or a command's own process: the setting is the whole process's.
    """
    if has_request_context() or not tk.config["ckan.search.solr_commit"]:
        yield
        return
    tk.config["ckan.search.solr_commit"] = False
    try:
        yield
    finally:
        tk.config["ckan.search.solr_commit"] = True
        search.commit()


def _write(entry: Entry, user: str) -> None:
    context: Any = {"user": user, "return_id_only": True}
    try:
        written = tk.get_action(f"package_{entry.action}")(context, entry.data)
        entry.data["id"] = written if isinstance(written, str) else entry.data.get("id")
    except tk.ValidationError as error:
        model.Session.rollback()
        found = flat(error.error_dict)
        entry.problems += [Problem("rule", entry.draft.cell(path), {"message": message}) for path, message in found]
        entry.action = ERROR
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        entry.problems.append(Problem("not_allowed", entry.draft.cell("title_translated")))
        entry.action = ERROR


# Jobs


def run(identifier: str) -> None:
    """The job of an import: plan it when it is queued, write it when it is being applied."""
    row = table.get(identifier)
    if row is None or row["state"] not in (table.QUEUED, table.APPLYING):
        return
    writing = row["state"] == table.APPLYING
    if not writing and not table.claim(identifier, table.QUEUED, table.READING):
        return
    try:
        report = _run(row, writing=writing)
    except cells.Unreadable as error:
        params = {"reason": error.reason}
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": params}})
    except xml.BrokenXml as error:
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": error.params}})
    except workbook_in.NoHeader as error:
        failure = {"code": "no_header", "params": {"columns": "、".join(error.wanted)}}
        table.change(identifier, state=table.FAILED, report={"failure": failure})
    except Exception:
        model.Session.rollback()
        table.change(identifier, state=table.FAILED, report={"failure": {"code": "broken", "params": {"reason": "?"}}})
        raise
    else:
        table.change(identifier, state=table.DONE if writing else table.PREVIEWED, report=report)


def _run(row: Mapping[str, Any], *, writing: bool) -> dict[str, Any]:
    batch, drafts = _read(row["kind"], row["content"])
    if batch and table.batch_done(row["organization_id"], batch):
        raise xml.BrokenXml("batch_repeated", batch=batch)
    user, steps = row["user_name"], 2 if writing else 1
    table.change(row["id"], done=0, total=len(drafts) * steps)
    department = Department.of(model.Group.get(row["organization_id"]))
    entries = plan(drafts, department, user, lambda done: table.change(row["id"], done=done))
    if writing:
        apply(entries, user, lambda done: table.change(row["id"], done=len(drafts) + done))
    return report(entries) | {"batch": batch}


def _read(kind: str, content: bytes) -> tuple[str, list[Draft]]:
    """The batch number ("" when there is none) and the drafts of a file."""
    if kind != XML:
        return "", workbook_in.read(cells.read(content), forms.load(FORM))
    package = xml.read(content)
    workbook_in.find_twins(package.drafts)
    return package.batch, package.drafts


def report(entries: Sequence[Entry]) -> dict[str, Any]:
    """The outcome as JSON: how many of each action, the datasets, the problems by cell."""
    counts = {action: sum(entry.action == action for entry in entries) for action in ACTIONS}
    datasets = [
        {
            "action": entry.action,
            "title": _title(entry.draft),
            "id": entry.data.get("id"),
            "sheet": entry.draft.first.sheet,
            "row": entry.draft.first.row,
        }
        for entry in entries
    ]
    problems = [
        {
            "record": number,
            "sheet": problem.cell.sheet,
            "row": problem.cell.row,
            "column": problem.cell.column,
            "code": problem.code,
            "params": dict(problem.params),
        }
        for number, entry in enumerate(entries)
        for problem in entry.problems
    ]
    return {"counts": counts, "datasets": datasets, "problems": problems}


def said(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """A stored report with its messages in the reader's language."""
    problems = [
        problem | {"message": messages.text(problem["code"], problem["params"])}
        for problem in outcome.get("problems", ())
    ]
    failure = outcome.get("failure")
    said_failure = messages.text(failure["code"], failure["params"]) if failure else None
    return {**outcome, "problems": problems, "failure": said_failure}


def marked(row: Mapping[str, Any]) -> bytes:
    """The file of an import with a comment on each bad cell."""
    places: dict[tuple[str, int, int], list[str]] = {}
    for problem in said(row["report"])["problems"]:
        places.setdefault((problem["sheet"], problem["row"], problem["column"]), []).append(problem["message"])
    return workbook_out.marked(row["content"], cells.read(row["content"]), places)


def receipt(row: Mapping[str, Any]) -> bytes:
    """The answer to the XML package of an import, record by record."""
    outcome = said(row["report"])
    texts: dict[int, list[str]] = {}
    for problem in outcome["problems"]:
        texts.setdefault(problem["record"], []).append(problem["message"])
    results = (
        ({"mdId": dataset["id"] or "", "line": str(dataset["row"]), "status": dataset["action"]}, texts.get(number, []))
        for number, dataset in enumerate(outcome.get("datasets", ()))
    )
    return xml.receipt(outcome.get("batch", ""), row["created"].isoformat(timespec="seconds") + "Z", results)


# Exports


def export(group: Any, user: str) -> bytes:
    """The catalogue of a department as workbook: what ``user`` may see of it."""
    department = Department.of(group)
    about = {department.id: {"title": department.title, "nx_uscc": department.uscc}}
    return workbook_out.catalogue(forms.load(FORM), datasets(department.id, user), about, department.title)


def datasets(owner: str, user: str) -> Iterator[dict[str, Any]]:
    """The datasets of a department that ``user`` may see, drafts too, by resource code."""
    package = model.Package
    code = package.extras["nx_resource_code"].astext
    query = sa.select(package.id).where(
        package.owner_org == owner, package.state.in_(("active", "draft")), package.type == "dataset"
    )
    for (identifier,) in model.Session.execute(query.order_by(code, package.name)).all():
        try:
            yield tk.get_action("package_show")({"user": user}, {"id": identifier})
        except tk.NotAuthorized:
            continue


def export_xml(group: Any, user: str, since: str = "") -> bytes:
    """The catalogue of a department as XML package: all of it, or what changed since ``since`` (ISO 8601, UTC)."""
    department = Department.of(group)
    about = {department.id: {"title": department.title, "nx_uscc": department.uscc}}
    now = dt.datetime.now(dt.UTC)
    found = datasets(department.id, user)
    records = xml.records_of(found, _deleted(department.id, since), since) if since else (("", one) for one in found)
    batch = f"{department.uscc or group.name}-{now:%Y%m%d%H%M%S}"
    return xml.package(records, about, batch, f"{now:%Y-%m-%dT%H:%M:%SZ}")


def _deleted(owner: str, since: str) -> Iterator[dict[str, Any]]:
    package = model.Package
    query = sa.select(package.id, package.title, package.extras["nx_resource_code"].astext).where(
        package.owner_org == owner, package.state == "deleted", package.metadata_modified >= since
    )
    for identifier, title, code in model.Session.execute(query):
        yield {"id": identifier, "title_translated": {"zh": title}, "nx_resource_code": code}
