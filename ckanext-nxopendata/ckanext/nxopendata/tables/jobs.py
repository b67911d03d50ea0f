"""Loading in the background: what a dataset's files need, found after each commit and done by CKAN's job queue."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.model.resource import resource_table
from sqlalchemy import event

from ckanext.nxopendata.catalogue.uploads import path_of
from ckanext.nxopendata.core.tabular import plan as plans
from ckanext.nxopendata.core.tabular import reader
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import store
from ckanext.nxopendata.tables.profiles import recording
from ckanext.nxopendata.tables.reader import table

log = logging.getLogger(__name__)

PENDING = "nx_tables"
"""Key of the session's ``info`` that holds the datasets written in its transaction."""

VERSION = "3"
"""Changes when the same file would be read in another way: all files are then loaded again."""

LONGEST_LOAD = 1800
"""Seconds after which the queue gives a file up."""

AT_ONCE = 50
"""Datasets looked at in one job."""

SMALL = 2_000_000
"""Files of at most so many bytes are loaded at once: a job each would cost more than the loading."""

WORDS_AT_ONCE = 100_000
"""Rows up to which the index of words is made with the table; larger tables are readable before it is."""

WITHDRAWN = "nx_withdrawn"
"""Extra of a dataset that its source withdrew."""


# After a commit


def listen_to_commits() -> None:
    """Look at datasets after the transaction that wrote them: a job must not meet what is not committed."""
    for name, function in (("after_commit", _after_commit), ("after_rollback", _after_rollback)):
        if not event.contains(model.Session, name, function):
            event.listen(model.Session, name, function)


def note_change(dataset: Mapping[str, Any]) -> None:
    """A dataset was created, changed or deleted in the session's transaction; its files may be left out."""
    has_files = any(_is_table(file) for file in dataset.get("resources") or ())
    waiting = model.Session.info.setdefault(PENDING, {})
    waiting[dataset["id"]] = waiting.get(dataset["id"], False) or has_files


def _is_table(file: Mapping[str, Any]) -> bool:
    ending = Path(str(file.get("nx_file_name") or file.get("url") or "")).suffix
    kinds = {str(kind).lower().strip().lstrip(".") for kind in (file.get("format") or "", ending)}
    return file.get("url_type") == "upload" and bool(kinds & reader.FORMATS)


def _after_commit(session: Any) -> None:
    waiting = session.info.pop(PENDING, None)
    if not waiting:
        return
    try:
        # Most writes concern no table: neither a file that could be one nor one that was.
        wanted = {dataset_id for dataset_id, has_files in waiting.items() if has_files}
        wanted |= states.select_with_states(waiting.keys() - wanted)
        if wanted:
            enqueue_sync(sorted(wanted))
    except Exception:
        # The dataset is saved; its table can be made later ("ckan nx tables sync").
        log.exception("the queue did not take the tables of %s", ", ".join(sorted(waiting)))


def _after_rollback(session: Any) -> None:
    session.info.pop(PENDING, None)


def enqueue_sync(dataset_ids: list[str]) -> None:
    """Ask a worker to bring the tables of some datasets in line with their files."""
    for start in range(0, len(dataset_ids), AT_ONCE):
        some = dataset_ids[start : start + AT_ONCE]
        tk.enqueue_job(sync, [some], title=f"tables of {len(some)} datasets", rq_kwargs={"timeout": LONGEST_LOAD})


def enqueue_load(resource_id: str) -> None:
    """Ask a worker to load one file."""
    tk.enqueue_job(load, [resource_id], title=f"table of {resource_id}", rq_kwargs={"timeout": LONGEST_LOAD})


# What is needed


def sync(dataset_ids: Iterable[str], *, force: bool = False) -> dict[str, int]:
    """Bring tables in line with files: load what is new or changed, drop what is gone or withdrawn.

    Small files are loaded here; each large one gets a job of its own.

    Args:
        force: load again what has not changed, too.

    Returns:
        how many were ``loaded``, ``queued``, ``dropped`` and ``kept``.
    """
    counts = {"loaded": 0, "queued": 0, "dropped": 0, "kept": 0}
    for dataset_id in dataset_ids:
        for outcome in _sync(dataset_id, force=force):
            counts[outcome] += 1
    return counts


def _sync(dataset_id: str, *, force: bool) -> list[str]:
    package = model.Package.get(dataset_id)
    known = {state.resource_id: state for state in states.list_of_dataset(dataset_id)}
    wanted = {resource.id: resource for resource in _list_table_files(package)} if package else {}
    outcomes, small = [], []
    for resource_id in known.keys() - wanted.keys():
        discard_table(resource_id)
        outcomes.append("dropped")
    for resource_id, resource in wanted.items():
        state = known.get(resource_id)
        settled = state is not None and state.state in (states.READY, states.FAILED)
        if state and settled and state.fingerprint == fingerprint(resource) and not force:
            if state.state == states.READY:
                _activate(resource, True)
            outcomes.append("kept")
            continue
        states.write_state(resource_id, dataset_id=dataset_id, state=states.QUEUED, code="", params={})
        if (resource.size or SMALL) < SMALL:
            small.append(resource_id)
        else:
            enqueue_load(resource_id)
            outcomes.append("queued")
    model.Session.rollback()
    for resource_id in small:
        _load(resource_id)
    if small:
        _index(dataset_id)
    return outcomes + ["loaded"] * len(small)


def _list_table_files(package: Any) -> list[Any]:
    """The files of a dataset that are to have tables: stored here, of a format that has rows."""
    if package.state == "deleted" or (package.extras or {}).get(WITHDRAWN):
        return []
    return [
        resource
        for resource in package.resources
        if resource.state != "deleted" and resource.url_type == "upload" and detect_format(resource) in reader.FORMATS
    ]


def detect_format(resource: Any) -> str:
    """The format of a file in lower case, by what the catalogue says, else by its name."""
    kind = (resource.format or "").lower().strip().lstrip(".")
    if kind in reader.FORMATS:
        return kind
    return Path(str((resource.extras or {}).get("nx_file_name") or resource.url or "")).suffix.lower().lstrip(".")


def fingerprint(resource: Any) -> str:
    """Changes when the file, or what the catalogue says of its columns, changes."""
    facts = [
        VERSION,
        resource.hash or str(resource.last_modified),
        resource.size,
        detect_format(resource),
        _list_items(resource.package),
        states.get_plan(resource.id),
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _list_items(package: Any) -> list[dict[str, Any]]:
    items = (package.extras or {}).get("nx_items") or []
    if isinstance(items, str):
        items = json.loads(items)
    return [item for item in items if isinstance(item, dict)]


def discard_table(resource_id: str) -> None:
    """Drop a table and forget it."""
    store.drop_table(resource_id)
    states.delete_state(resource_id)
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        _activate(resource, False)
    log.info("table %s dropped", resource_id)


# Loading


def read_limits() -> table.Limits:
    """What is loaded at most, as configured."""
    limits = {name: tk.config[f"ckanext.nxopendata.tables.most_{name}"] for name in ("megabytes", "rows", "columns")}
    return table.Limits(**limits)


def load(resource_id: str) -> None:
    """Load one file. What keeps it from being a table is recorded, for people to read; nothing is raised for it."""
    _load(resource_id)
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        _index(str(resource.package_id))


def _index(dataset_id: str) -> None:
    """The index holds the dataset as it is shown, and the headers of its tables."""
    model.Session.rollback()
    package = model.Package.get(dataset_id)
    if package is not None and package.state == "active":
        search.rebuild(dataset_id)


def _load(resource_id: str) -> None:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or resource.package is None or resource not in _list_table_files(resource.package):
        discard_table(resource_id)
        return
    dataset_id, mark, known_hash = str(resource.package_id), fingerprint(resource), str(resource.hash or "")
    items, kind = _list_items(resource.package), detect_format(resource)
    given = states.get_plan(resource_id)
    path = path_of({"id": resource.id, "url_type": "upload", "url": resource.url})
    model.Session.rollback()  # no transaction stays open while a file is read
    states.write_state(resource_id, dataset_id=dataset_id, state=states.LOADING, code="", params={})
    began = time.monotonic()
    try:
        if path is None:
            raise UnreadableError("missing")
        loaded = table.read(path, kind, items, read_limits(), plans.from_dict(given) if given else None)
    except UnreadableError as problem:
        _fail(resource_id, dataset_id, mark, problem.code, problem.params)
        return
    except Exception:
        # Whatever a damaged file makes a library raise: the person reads "damaged", the log has the rest.
        log.exception("table %s", resource_id)
        _fail(resource_id, dataset_id, mark, "broken", {})
        return
    words_later = loaded.rows > WORDS_AT_ONCE
    recorder = recording.Recorder(loaded.columns)
    sha256, version = recording.hash_file(path, known_hash), recording.make_version(VERSION, kind, items, given)
    try:
        rows = store.replace_table(resource_id, loaded, recorder.add, words=not words_later)
        recording.save(sha256, version, recorder.profiles())
    except UnreadableError as problem:  # the last rows are read only now
        _fail(resource_id, dataset_id, mark, problem.code, problem.params)
        return
    except Exception:
        # The file was read: what failed is the site's own, and the person is not told that the file is damaged.
        log.exception("table %s was read and not stored", resource_id)
        _fail(resource_id, dataset_id, mark, "not_stored", {})
        return
    seconds = time.monotonic() - began
    around = loaded.around | {"profile": {"sha256": sha256, "version": version}}
    states.write_state(
        resource_id,
        dataset_id=dataset_id,
        state=states.READY,
        fingerprint=mark,
        columns=[asdict(column) for column in loaded.columns],
        around=around | {"words_later": words_later},
        rows=rows,
        seconds=seconds,
    )
    log.info("table %s loaded: rows=%s columns=%s seconds=%.1f", resource_id, rows, len(loaded.columns), seconds)
    _activate_by_id(resource_id, True)
    if words_later:
        store.replace_table(resource_id, loaded)
        states.write_state(resource_id, around=around)
        log.info("table %s: words indexed, seconds=%.1f", resource_id, time.monotonic() - began)


def _fail(resource_id: str, dataset_id: str, mark: str, code: str, params: dict[str, Any]) -> None:
    store.drop_table(resource_id)
    states.write_state(
        resource_id,
        dataset_id=dataset_id,
        state=states.FAILED,
        code=code,
        params=params,
        fingerprint=mark,
        columns=[],
        around={},
        rows=0,
    )
    log.info("table %s not loaded: %s", resource_id, code)
    _activate_by_id(resource_id, False)


def _activate_by_id(resource_id: str, active: bool) -> None:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        _activate(resource, active)


def _activate(resource: Any, active: bool) -> None:
    """Set CKAN's mark of a file in the DataStore, without an edit of the dataset that nobody made."""
    if bool((resource.extras or {}).get("datastore_active")) == active:
        return
    row = resource_table
    extras = {**(resource.extras or {}), "datastore_active": active}
    model.Session.execute(sa.update(row).where(row.c.id == resource.id).values(extras=extras))
    model.Session.commit()
    model.Session.expire(resource)
