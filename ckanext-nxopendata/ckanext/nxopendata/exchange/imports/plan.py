"""What an import would change: each dataset of a file beside what the department has. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.lib.plugins as lib_plugins
import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.catalogue.schema import checks, filing_rules
from ckanext.nxopendata.core.errors.validation import flatten_errors
from ckanext.nxopendata.exchange import fields, xml
from ckanext.nxopendata.exchange.dcat import profile
from ckanext.nxopendata.exchange.fields import Kind
from ckanext.nxopendata.exchange.workbook import reader
from ckanext.nxopendata.exchange.workbook.reader import Draft, Problem

CREATE, UPDATE, DELETE, UNCHANGED, ERROR = "create", "update", "delete", "unchanged", "error"
ACTIONS = (CREATE, UPDATE, DELETE, UNCHANGED, ERROR)
PROGRESS_EVERY = 10
"""Datasets after which the progress is told."""


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
    def from_group(cls, group: Any) -> Department:
        """Build it from CKAN's organization."""
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


def make_plan(
    drafts: Sequence[Draft], department: Department, user: str, progress: Callable[[int], None], *, judge: bool = True
) -> Plan:
    """Plan what each draft would do.

    Args:
        progress: called with the number of drafts that are done.
        judge: False leaves the rules to :func:`.executor.apply_plan`, which runs them in any case.
    """
    existing = _match_existing(drafts, department.id)
    entries: list[Entry] = []
    whole = [draft.dataset | {"owner_org": department.id, "title": chinese_title(draft)} for draft in drafts]
    batch = checks.prepare(whole)
    for number, draft in enumerate(drafts, 1):
        entry = _plan_entry(draft, department, existing.get(id(draft)), user)
        if judge and entry.action in (CREATE, UPDATE) and (errors := validate(entry.data, entry.action, user, batch)):
            refuse(entry, errors)
        entries.append(entry)
        if number % PROGRESS_EVERY == 0:
            progress(number)
    progress(len(drafts))
    return Plan(department, entries, batch)


def refuse(entry: Entry, errors: Any) -> None:
    """Make an entry an error, with CKAN's tree of messages as its problems."""
    entry.action = ERROR
    entry.problems += [
        Problem("rule", entry.draft.cell(".".join(map(str, path))), {"message": text})
        for path, text in flatten_errors(errors)
    ]


def chinese_title(draft: Draft) -> str:
    """Return the title that the rules go by; "" if there is none."""
    return (draft.dataset.get("title_translated") or {}).get("zh", "")


def _match_existing(drafts: Iterable[Draft], owner: str) -> dict[int, str]:
    """Return draft (by ``id()``) -> id of the department's dataset with its resource code, else with its title."""
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
        match = by_code.get(given) if given else by_title.get(filing_rules.title_key(chinese_title(draft)))
        if draft.identifier in own:
            match = draft.identifier
        if match:
            found[id(draft)] = match
    return found


def _plan_entry(draft: Draft, department: Department, existing: str | None, user: str) -> Entry:
    entry = Entry(draft, ERROR, problems=[*draft.problems, *_other_provider(draft, department)])
    if existing is None and draft.operation in (xml.UPDATE, xml.DELETE):
        value = draft.dataset.get("nx_resource_code") or draft.identifier or chinese_title(draft)
        entry.problems.append(Problem("not_found", draft.first, {"value": value}))
    if entry.problems:
        return entry
    if draft.operation == xml.DELETE:
        entry.action, entry.data = DELETE, {"id": existing}
    elif existing is None:
        entry.data = _new_dataset(draft, department)
        entry.action = CREATE
    else:
        stored = tk.get_action("package_show")({"user": user, "ignore_auth": True}, {"id": existing})
        if not changed_fields(draft, stored):
            entry.action, entry.data = UNCHANGED, {"id": existing}
            return entry
        if draft.operation == xml.ADD:
            entry.problems.append(Problem("exists", draft.first, {"value": stored["nx_resource_code"]}))
            return entry
        entry.data = merge(draft, stored)
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


def _new_dataset(draft: Draft, department: Department) -> dict[str, Any]:
    data = {name: value for name, value in _values_for(draft, {}).items() if value not in ("", None, [], {})}
    return data | {"owner_org": department.id, "resources": _files(draft, [])}


def _files(draft: Draft, stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The stored files, and the addresses of the draft that are not among them; an import deletes no file."""
    known = {resource.get("url") for resource in stored}
    names = {link: link.rstrip("/").rpartition("/")[2] for link in draft.links}
    return [dict(resource) for resource in stored] + [
        {"url": link, "name": names[link]} for link in draft.links if link not in known
    ]


def changed_fields(draft: Draft, stored: Mapping[str, Any]) -> list[str]:
    """Return the fields that a draft changes in a stored dataset."""
    values = _values_for(draft, stored)
    changed = [name for name, value in values.items() if not _equal(name, value, stored.get(name))]
    known = {resource.get("url") for resource in stored.get("resources", ())}
    return changed + (["resources"] if set(draft.links) - known else [])


def _values_for(draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft says of a stored dataset: languages for which it has no column stay as they are, and so do
    the English keywords of keywords that did not change.
    """
    values = dict(draft.dataset)
    for name, value in draft.dataset.items():
        if (known := fields.dataset().get(name)) and known.kind is Kind.LOCALISED:
            old = {} if draft.whole else stored.get(name) or {}
            values[name] = {language: text for language, text in {**old, **value}.items() if text}
    if "tags" in values and "tags_translated" not in values and not _equal("tags", values["tags"], stored.get("tags")):
        values["tags_translated"] = {}
    return values


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


def merge(draft: Draft, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored dataset with what a draft says of it."""
    data = dict(stored) | _values_for(draft, stored)
    if "title_translated" in draft.dataset:
        data.pop("title", None)
        data.pop("notes", None)
    if not draft.dataset.get("nx_resource_code"):
        data["nx_resource_code"] = stored.get("nx_resource_code")
    data["nx_items"] = _items(draft.dataset.get("nx_items", stored.get("nx_items")), stored.get("nx_items"))
    data["resources"] = _files(draft, stored.get("resources", ()))
    return data


def validate(data: dict[str, Any], action: str, user: str, batch: checks.Batch) -> Mapping[str, Any]:
    """Return what the schema and the filing rules say about a dataset: CKAN's tree of errors. Nothing is written."""
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
