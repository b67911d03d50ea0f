"""Imports of a department's catalogue: plan what a file would change, then write it, each dataset for itself.

Both steps read the file anew, so what is written is judged by what is there at that moment. They run as jobs;
:mod:`.model` keeps the file, the progress and the report.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.lib.search as search
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
import sqlalchemy.exc
from flask import has_request_context
from flask_babel import force_locale

from ckanext.nxopendata.bulk_write import writer as bulk_writer
from ckanext.nxopendata.catalogue.schema import checks, filing_rules
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.tabular import spreadsheet
from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.exchange import fields, forms, messages, xml
from ckanext.nxopendata.exchange import models as table
from ckanext.nxopendata.exchange.dcat import profile
from ckanext.nxopendata.exchange.fields import Kind
from ckanext.nxopendata.exchange.workbook import reader
from ckanext.nxopendata.exchange.workbook import writer as workbook_writer
from ckanext.nxopendata.exchange.workbook.reader import Draft, Problem
from ckanext.nxopendata.i18n import speech
from ckanext.nxopendata.review import cases

log = logging.getLogger(__name__)

CREATE, UPDATE, DELETE, UNCHANGED, ERROR = "create", "update", "delete", "unchanged", "error"
ACTIONS = (CREATE, UPDATE, DELETE, UNCHANGED, ERROR)
FORM = "catalogue"
WORKBOOK, XML = "workbook", "xml"
PROGRESS_EVERY = 10
MOST_CELLS = 1_000_000
MOST_DATASETS = 20_000
"""Of one file: several times the largest catalogue of a department."""
LONGEST_SHOWN = 200
"""Characters of a cell that a message repeats."""
CHUNK = 50
"""Datasets that are written in one transaction."""


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
        about = profile.publisher(group)
        titles = about["title_translated"]
        names = {reader.bare(name) for name in (*titles.values(), group.title, group.name) if name}
        title = titles.get("zh") or group.title or group.name
        return cls(group.id, title, frozenset(names), about["nx_uscc"] or "")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does: an entry for each draft, and what the rules need to know of all of them."""

    department: Department
    entries: Sequence[Entry]
    batch: checks.Batch


def plan(
    drafts: Sequence[Draft], department: Department, user: str, progress: Callable[[int], None], *, judge: bool = True
) -> Plan:
    """What each draft would do; nothing is written.

    Args:
        progress: told how many drafts are done.
        judge: False leaves the rules to :func:`apply`, which runs them in any case.
    """
    existing = _existing(drafts, department.id)
    entries: list[Entry] = []
    whole = [draft.dataset | {"owner_org": department.id, "title": _title(draft)} for draft in drafts]
    batch = checks.prepare(whole)
    for number, draft in enumerate(drafts, 1):
        entry = _planned(draft, department, existing.get(id(draft)), user)
        if judge and entry.action in (CREATE, UPDATE) and (errors := validate(entry.data, entry.action, user, batch)):
            _refuse(entry, errors)
        entries.append(entry)
        if number % PROGRESS_EVERY == 0:
            progress(number)
    progress(len(drafts))
    return Plan(department, entries, batch)


def _refuse(entry: Entry, errors: Any) -> None:
    entry.action = ERROR
    entry.problems += [Problem("rule", entry.draft.cell(path), {"message": text}) for path, text in flat(errors)]


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
        match = by_code.get(given) if given else by_title.get(filing_rules.same_title(_title(draft)))
        if draft.identifier in own:
            match = draft.identifier
        if match:
            found[id(draft)] = match
    return found


def _planned(draft: Draft, department: Department, existing: str | None, user: str) -> Entry:
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
    return entry


def _other_provider(draft: Draft, department: Department) -> Iterator[Problem]:
    written = reader.bare(draft.provider)
    if written and written not in department.names:
        params = {"value": draft.provider, "department": department.title}
        yield Problem("provider_other", draft.cell("owner_org"), params)
    elif draft.uscc and department.uscc and draft.uscc != department.uscc:
        params = {"value": draft.uscc, "department": f"{department.title} {department.uscc}"}
        yield Problem("provider_other", draft.cell("nx_uscc"), params)


def _new(draft: Draft, department: Department) -> dict[str, Any]:
    data = {name: value for name, value in _told(draft, {}).items() if value not in ("", None, [], {})}
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
    told = _told(draft, stored)
    changed = [name for name, value in told.items() if not _equal(name, value, stored.get(name))]
    known = {resource.get("url") for resource in stored.get("resources", ())}
    return changed + (["resources"] if set(draft.links) - known else [])


def _told(draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft says of a stored dataset: languages for which it has no column stay as they are, and so do
    the English keywords of keywords that did not change.
    """
    told = dict(draft.dataset)
    for name, value in draft.dataset.items():
        if (known := fields.dataset().get(name)) and known.kind is Kind.LOCALISED:
            old = {} if draft.whole else stored.get(name) or {}
            told[name] = {language: text for language, text in {**old, **value}.items() if text}
    if "tags" in told and "tags_translated" not in told and not _equal("tags", told["tags"], stored.get("tags")):
        told["tags_translated"] = {}
    return told


def _equal(name: str, new: Any, old: Any) -> bool:
    if name == "nx_resource_code" and not new:
        return True  # left empty, the system's own code stays
    if name == "tags":
        return {tag["name"] for tag in new or ()} == {tag["name"] for tag in old or ()}
    if name == "nx_items":
        return _items(new, old) == [dict(item) for item in old or ()]
    if name == "nx_related_codes" or ((known := fields.dataset().get(name)) and known.kind is Kind.CODES):
        return set(new or ()) == set(old or ())
    return (new or None) == (old or None)


def _items(new: Any, old: Any) -> list[dict[str, Any]]:
    """The draft's items, with what the workbook has no column for taken over from the stored item of that name."""
    stored = {item.get("name"): item for item in old or ()}
    return [{**stored.get(item.get("name"), {}), **item} for item in new or ()]


def _merged(draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
    data = dict(stored) | _told(draft, stored)
    if "title_translated" in draft.dataset:
        data.pop("title", None)
        data.pop("notes", None)
    if not draft.dataset.get("nx_resource_code"):
        data["nx_resource_code"] = stored.get("nx_resource_code")
    data["nx_items"] = _items(draft.dataset.get("nx_items", stored.get("nx_items")), stored.get("nx_items"))
    data["resources"] = _files(draft, stored.get("resources", ()))
    return data


def validate(data: dict[str, Any], action: str, user: str, batch: checks.Batch) -> Mapping[str, Any]:
    """What the schema and the filing rules say about a dataset: CKAN's tree of errors. Nothing is written."""
    plugin = lib_plugins.lookup_package_plugin("dataset")
    context: Any = {"user": user, "model": model, "session": model.Session, "ignore_auth": True}
    context |= {checks.BATCH: batch, checks.JUDGED: True}
    if action == CREATE:
        schema = plugin.create_package_schema()
    else:
        schema = plugin.update_package_schema()
        context["package"] = model.Package.get(data["id"])
    with model.Session.no_autoflush:
        _, errors = lib_plugins.plugin_validate(
            plugin, context, {"type": "dataset", **data}, schema, f"package_{action}"
        )
    return errors


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


def apply(plan: Plan, user: str, progress: Callable[[int], None]) -> None:
    """Write the planned datasets, each for itself: one that fails becomes an error, the others stand.

    Where the department's datasets are reviewed, new ones become drafts and changes of published ones wait.
    """
    reviewed = roles.applies({"user": user}, plan.department.id)
    writer = bulk_writer.BulkWriter(user, ignore_auth=False)
    for start in range(0, len(plan.entries), CHUNK):
        chunk = plan.entries[start : start + CHUNK]
        by_bulk = (CREATE,) if reviewed else (CREATE, UPDATE)
        _write_many([entry for entry in chunk if entry.action in by_bulk], plan.batch, writer, reviewed=reviewed)
        for entry in chunk:
            if entry.action == DELETE or (reviewed and entry.action == UPDATE):
                _write(entry, user, plan.batch)
        progress(min(start + CHUNK, len(plan.entries)))
    progress(len(plan.entries))


def _write_many(
    entries: Sequence[Entry], batch: checks.Batch, writer: bulk_writer.BulkWriter, *, reviewed: bool
) -> None:
    """One transaction and one index batch; when the database or the rights refuse it, smaller ones."""
    if not entries:
        return
    try:
        results = writer.write([_order(entry, reviewed=reviewed) for entry in entries], batch)
        if reviewed:
            for result in results:
                if result.state == "written":
                    cases.begin(model.Session.get_one(model.Package, result.dataset_id), writer.user_id)
        model.Session.commit()
    except (tk.NotAuthorized, sqlalchemy.exc.DBAPIError) as error:
        model.Session.rollback()
        if getattr(error, "connection_invalidated", False):
            raise
        if len(entries) > 1:
            middle = len(entries) // 2
            for half in (entries[:middle], entries[middle:]):
                _write_many(half, batch, writer, reviewed=reviewed)
            return
        (entry,) = entries
        code = "not_allowed" if isinstance(error, tk.NotAuthorized) else "not_written"
        log.warning("import: %s: %s", code, error)
        entry.action = ERROR
        entry.problems.append(Problem(code, entry.draft.cell("title_translated")))
        return
    for entry, result in zip(entries, results, strict=True):
        if result.state == "refused":
            _refuse(entry, result.errors)
        elif result.state == "skipped":
            entry.action = ERROR
            entry.problems.append(Problem("not_found", entry.draft.first, {"value": _title(entry.draft)}))
        else:
            entry.data["id"] = result.dataset_id
    writer.index([result.dataset_id for result in results if result.state == "written" and result.changed])


def _order(entry: Entry, *, reviewed: bool) -> bulk_writer.Order:
    if entry.action == CREATE:
        data = entry.data | {"private": True} if reviewed else entry.data
        return bulk_writer.Order(lambda _: data)

    def make(stored: dict[str, Any] | None) -> dict[str, Any] | None:
        if stored is None or stored["state"] == "deleted":
            return None
        return _merged(entry.draft, stored)

    return bulk_writer.Order(make, entry.data["id"])


@contextmanager
def _one_index_commit() -> Iterator[None]:
    """Let the search index commit once at the end: half the time of an import went into one commit a dataset.

    Only in a job's or a command's own process: the setting is the whole process's.
    """
    if not tk.config["ckan.search.solr_commit"]:
        yield
        return
    tk.config["ckan.search.solr_commit"] = False
    try:
        yield
    finally:
        tk.config["ckan.search.solr_commit"] = True
        search.commit()


def _write(entry: Entry, user: str, batch: checks.Batch) -> None:
    context: Any = {"user": user, "return_id_only": True, checks.BATCH: batch}
    try:
        tk.get_action(f"package_{entry.action}")(context, entry.data)
    except tk.ValidationError as error:
        model.Session.rollback()
        _refuse(entry, error.error_dict)
    except (tk.NotAuthorized, tk.ObjectNotFound):
        model.Session.rollback()
        entry.problems.append(Problem("not_allowed", entry.draft.cell("title_translated")))
        entry.action = ERROR


# Jobs


@contextmanager
def _as_a_job(language: str, *, writing: bool) -> Iterator[None]:
    """Outside of requests: texts in the language of who asked, else of the site, and one commit of the index."""
    with ExitStack() as stack:
        if not has_request_context():
            if writing:
                stack.enter_context(_one_index_commit())
            stack.enter_context(speech.of_the_site())
            if language:
                stack.enter_context(force_locale(language))
        yield


def run(identifier: str, language: str = "") -> None:
    """The job of an import: plan it when it is queued, write it when it is being applied.

    Args:
        language: the locale of who asked, for what the rules say.
    """
    row = table.get(identifier)
    if row is None or row["state"] not in (table.QUEUED, table.APPLYING):
        return
    writing = row["state"] == table.APPLYING
    if not writing and not table.claim(identifier, table.QUEUED, table.READING):
        return
    try:
        with _as_a_job(language, writing=writing):
            report = _run(row, writing=writing)
    except spreadsheet.Unreadable as error:
        params = {"reason": error.reason}
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": params}})
    except xml.BrokenXml as error:
        table.change(identifier, state=table.FAILED, report={"failure": {"code": error.code, "params": error.params}})
    except reader.NoHeader as error:
        failure = {"code": "no_header", "params": {"columns": "、".join(error.wanted)}}
        table.change(identifier, state=table.FAILED, report={"failure": failure})
    except Exception:
        model.Session.rollback()
        table.change(identifier, state=table.FAILED, report={"failure": {"code": "failed", "params": {}}})
        raise
    else:
        table.change(identifier, state=table.DONE if writing else table.PREVIEWED, report=report)


def _run(row: Mapping[str, Any], *, writing: bool) -> dict[str, Any]:
    batch, drafts, remarks = _read(row["kind"], row["content"])
    if batch and table.batch_done(row["organization_id"], batch):
        raise xml.BrokenXml("batch_repeated", batch=batch)
    user, steps = row["user_name"], 2 if writing else 1
    table.change(row["id"], done=0, total=len(drafts) * steps)
    department = Department.of(model.Group.get(row["organization_id"]))
    planned = plan(drafts, department, user, lambda done: table.change(row["id"], done=done), judge=not writing)
    if writing:
        apply(planned, user, lambda done: table.change(row["id"], done=len(drafts) + done))
    reviewed = roles.applies({"user": user}, department.id)
    return report(planned.entries, remarks) | {"batch": batch, "reviewed": reviewed}


def _read(kind: str, content: bytes) -> tuple[str, list[Draft], list[Problem]]:
    """The batch number ("" when there is none), the drafts of a file, and what of it was passed over."""
    if kind != XML:
        reading = reader.read(spreadsheet.read(content, MOST_CELLS), forms.load(FORM), MOST_DATASETS)
        return "", reading.drafts, reading.remarks
    package = xml.read(content, MOST_DATASETS)
    reader.find_twins(package.drafts)
    return package.batch, package.drafts, []


def report(entries: Sequence[Entry], remarks: Sequence[Problem] = ()) -> dict[str, Any]:
    """The outcome as JSON: how many of each action, the datasets, the problems by cell, what was passed over."""
    counts = {action: sum(entry.action == action for entry in entries) for action in ACTIONS}
    datasets = [
        {
            "action": entry.action,
            "title": _short(_title(entry.draft)),
            "id": entry.data.get("id"),
            "sheet": entry.draft.first.sheet,
            "row": entry.draft.first.row,
        }
        for entry in entries
    ]
    problems = [
        {"record": number} | _reported(problem) for number, entry in enumerate(entries) for problem in entry.problems
    ]
    return {"counts": counts, "datasets": datasets, "problems": problems, "remarks": [*map(_reported, remarks)]}


def _reported(problem: Problem) -> dict[str, Any]:
    params = {name: _short(value) if isinstance(value, str) else value for name, value in problem.params.items()}
    cell = problem.cell
    return {"sheet": cell.sheet, "row": cell.row, "column": cell.column, "code": problem.code, "params": params}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def said(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """A stored report with its messages in the reader's language."""
    told = {
        name: [
            problem | {"message": messages.text(problem["code"], problem["params"])}
            for problem in outcome.get(name, ())
        ]
        for name in ("problems", "remarks")
    }
    failure = outcome.get("failure")
    said_failure = messages.text(failure["code"], failure["params"]) if failure else None
    return {**outcome, **told, "failure": said_failure}


def marked(row: Mapping[str, Any]) -> bytes:
    """The workbook of an import with a comment on each bad cell.

    Raises:
        apart.Died: it is too large to be written.
    """
    places: dict[tuple[str, int, int], list[str]] = {}
    for problem in said(row["report"])["problems"]:
        places.setdefault((problem["sheet"], problem["row"], problem["column"]), []).append(problem["message"])
    return workbook_writer.marked(row["content"], spreadsheet.read(row["content"]), places)


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


def export(group: Any, user: str, kind: str = "xlsx") -> bytes:
    """The catalogue of a department as workbook or, with ``csv``, as CSV: what ``user`` may see of it."""
    department = Department.of(group)
    about = {department.id: {"title": department.title, "nx_uscc": department.uscc}}
    if kind == "csv":
        return workbook_writer.delimited(forms.load(FORM), datasets(department.id, user), about)
    return workbook_writer.catalogue(forms.load(FORM), datasets(department.id, user), about, department.title)


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
    moment = now()
    found = datasets(department.id, user)
    records = xml.records_of(found, _deleted(department.id, since), since) if since else (("", one) for one in found)
    batch = f"{department.uscc or group.name}-{moment:%Y%m%d%H%M%S}"
    return xml.package(records, about, batch, f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def _deleted(owner: str, since: str) -> Iterator[dict[str, Any]]:
    package = model.Package
    query = sa.select(package.id, package.title, package.extras["nx_resource_code"].astext).where(
        package.owner_org == owner, package.state == "deleted", package.metadata_modified >= since
    )
    for identifier, title, code in model.Session.execute(query):
        yield {"id": identifier, "title_translated": {"zh": title}, "nx_resource_code": code}
