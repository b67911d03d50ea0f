"""Loading one file: read, written, profiled; what keeps it from being a table is recorded and told once."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.model.resource import resource_table
from rq.timeouts import JobTimeoutException

from ckanext.nxopendata.catalogue.uploads import find_path
from ckanext.nxopendata.core.tabular import plan as plans
from ckanext.nxopendata.core.tabular.errors import UnreadableError
from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import origin, store
from ckanext.nxopendata.tables.loading import files, notices
from ckanext.nxopendata.tables.profiles import recording
from ckanext.nxopendata.tables.reader import limited, table
from ckanext.nxopendata.tables.reader.limited import LimitError
from ckanext.nxopendata.tables.sql import columns_file

log = logging.getLogger(__name__)

WORDS_AT_ONCE = 100_000
"""Rows up to which the index of words is made with the table; larger tables are readable before it is."""


def read_limits() -> table.Limits:
    """Return what is loaded at most, as configured."""
    limits = {name: tk.config[f"ckanext.nxopendata.tables.most_{name}"] for name in ("megabytes", "rows", "columns")}
    return table.Limits(**limits)


def load_file(resource_id: str) -> None:
    """Load one file, unless another process is loading it. What keeps it from being a table is recorded."""
    with hold(resource_id) as held:
        if held:
            _load(resource_id)


@contextmanager
def hold(resource_id: str) -> Iterator[bool]:
    """Hold a file for loading; gives whether it was free. PostgreSQL frees it when the process dies."""
    key = sa.func.hashtextextended(f"nx_table {resource_id}", 0)
    with states.engine().connect() as connection:
        held = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))))
        connection.commit()  # no transaction stays open while a file is read
        try:
            yield held
        finally:
            if held:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))
                connection.commit()


def index(dataset_id: str) -> None:
    """Index a dataset as it is shown, with the headers of its tables."""
    model.Session.rollback()
    package = model.Package.get(dataset_id)
    if package is not None and package.state == "active":
        search.rebuild(dataset_id)


def discard_table(resource_id: str) -> None:
    """Drop a table and forget it."""
    store.drop_table(resource_id)
    columns_file.discard_files(resource_id)
    states.delete_state(resource_id)
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        activate(resource, False)
    log.info("table %s dropped", resource_id)


def _name_limit(problem: BaseException) -> str:
    """Return the code of the limit that a load came up against."""
    if isinstance(problem, LimitError):
        return problem.code
    return "time" if isinstance(problem, JobTimeoutException) else "memory"


def _load(resource_id: str) -> None:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or resource.package is None or resource not in files.list_table_files(resource.package):
        discard_table(resource_id)
        return
    stored = origin.find_origin(resource)
    dataset_id, mark, known_hash = str(resource.package_id), files.fingerprint(resource), str(stored.hash or "")
    items, kind = files.list_items(resource.package), files.detect_format(stored)
    given, before = files.get_plan(resource), states.get_state(resource_id)
    attempts = int(before.params.get("attempts", 0)) + 1 if before and before.state == states.LOADING else 1
    path = find_path({"id": stored.id, "url_type": "upload", "url": stored.url})
    model.Session.rollback()  # no transaction stays open while a file is read
    states.write_state(resource_id, dataset_id=dataset_id, state=states.LOADING, code="", params={"attempts": attempts})
    began = time.monotonic()
    try:
        if path is None:
            raise UnreadableError("missing")
        loaded = limited.read(path, kind, items, read_limits(), plans.from_dict(given) if given else None)
    except UnreadableError as problem:
        fail(resource_id, dataset_id, mark, problem.code, problem.params)
        return
    except (JobTimeoutException, MemoryError, LimitError) as problem:
        fail(resource_id, dataset_id, mark, _name_limit(problem), {})
        return
    except Exception:
        # Whatever a damaged file makes a library raise: the person reads "damaged", the log has the rest.
        log.exception("table %s", resource_id)
        fail(resource_id, dataset_id, mark, "broken", {})
        return
    words_later = loaded.rows > WORDS_AT_ONCE
    recorder = recording.Recorder(loaded.columns)
    sha256, version = recording.hash_file(path, known_hash), recording.make_version(files.VERSION, kind, items, given)
    try:
        rows = store.replace_table(resource_id, loaded, recorder.add, words=not words_later)
        recording.save(sha256, version, recorder.profiles())
    except UnreadableError as problem:  # the last rows are read only now
        fail(resource_id, dataset_id, mark, problem.code, problem.params)
        return
    except (JobTimeoutException, MemoryError) as problem:
        fail(resource_id, dataset_id, mark, _name_limit(problem), {})
        return
    except Exception:
        # The file was read: what failed is the site's own, and the person is not told that the file is damaged.
        log.exception("table %s was read and not stored", resource_id)
        fail(resource_id, dataset_id, mark, "not_stored", {})
        return
    seconds = time.monotonic() - began
    around = loaded.around | {"profile": {"sha256": sha256, "version": version}}
    states.write_state(
        resource_id,
        dataset_id=dataset_id,
        state=states.READY,
        params={},
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


def fail(resource_id: str, dataset_id: str, mark: str, code: str, params: dict[str, Any]) -> None:
    """Record why a file has no table; who edits the dataset is told when that is new."""
    store.drop_table(resource_id)
    model.Session.rollback()
    known = states.get_state(resource_id)
    new = known is None or (known.fingerprint, known.around.get("failed")) != (mark, code)
    states.write_state(
        resource_id,
        dataset_id=dataset_id,
        state=states.FAILED,
        code=code,
        params=params,
        fingerprint=mark,
        columns=[],
        around={"failed": code},
        rows=0,
    )
    log.info("table %s not loaded: %s", resource_id, code)
    _activate_by_id(resource_id, False)
    resource = model.Session.get(model.Resource, resource_id)
    if new and resource is not None and resource.package is not None:
        notices.tell_of_failure(resource, code, params)
        model.Session.commit()


def _activate_by_id(resource_id: str, active: bool) -> None:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        activate(resource, active)


def activate(resource: Any, active: bool) -> None:
    """Set CKAN's mark of a file in the DataStore, without an edit of the dataset that nobody made."""
    if bool((resource.extras or {}).get("datastore_active")) == active:
        return
    row = resource_table
    extras = {**(resource.extras or {}), "datastore_active": active}
    model.Session.execute(sa.update(row).where(row.c.id == resource.id).values(extras=extras))
    model.Session.commit()
    model.Session.expire(resource)
