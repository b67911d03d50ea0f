"""Loading in the background: what a dataset's files need, found after each commit and done by CKAN's job queue."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy import event

from ckanext.nxopendata.tables import models as states
from ckanext.nxopendata.tables import origin
from ckanext.nxopendata.tables.answers import index as value_index
from ckanext.nxopendata.tables.loading import files
from ckanext.nxopendata.tables.loading import jobs as loading
from ckanext.nxopendata.tables.sql import columns_file

log = logging.getLogger(__name__)

PENDING = "nx_tables"
"""Key of the session's ``info`` that holds the datasets written in its transaction."""

LONGEST_LOAD = 1800
"""Seconds after which the queue gives a file up."""

AT_ONCE = 50
"""Datasets looked at in one job."""

SMALL = 2_000_000
"""Files of at most so many bytes are loaded at once: a job each would cost more than the loading."""

LARGE = 20_000_000
"""Bytes from which a file waits in a queue of its own, where the site has one, so that it never holds the others."""

# After a commit


def listen_to_commits() -> None:
    """Look at datasets after the transaction that wrote them: a job must not meet what is not committed."""
    for name, function in (("after_commit", _after_commit), ("after_rollback", _after_rollback)):
        if not event.contains(model.Session, name, function):
            event.listen(model.Session, name, function)


def note_change(dataset: Mapping[str, Any]) -> None:
    """A dataset was created, changed or deleted in the session's transaction; its files may be left out."""
    has_files = any(files.is_table(file) for file in dataset.get("resources") or ())
    waiting = model.Session.info.setdefault(PENDING, {})
    waiting[dataset["id"]] = waiting.get(dataset["id"], False) or has_files


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


def enqueue_load(resource_id: str, size: int | None = None) -> None:
    """Ask a worker to load one file; large ones wait in a queue of their own.

    Args:
        size: of the file, in bytes.
    """
    queue = large_queue() if (size or 0) >= LARGE else "default"
    options = {"timeout": LONGEST_LOAD}
    tk.enqueue_job(load, [resource_id], title=f"table of {resource_id}", queue=queue, rq_kwargs=options)


def large_queue() -> str:
    """Return the name of the queue of large files; a site with one worker has one queue."""
    return str(tk.config["ckanext.nxopendata.tables.large_queue"]) or "default"


def load(resource_id: str) -> None:
    """Load one file, index its dataset, and make what SQL reads of a large table."""
    loading.load_file(resource_id)
    value_index.refresh(resource_id)
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        loading.index(str(resource.package_id))
    columns_file.make_file(resource_id)


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
    wanted = {resource.id: resource for resource in files.list_table_files(package)} if package else {}
    outcomes, small = [], []
    for resource_id in known.keys() - wanted.keys():
        loading.discard_table(resource_id)
        outcomes.append("dropped")
    for resource_id, resource in wanted.items():
        state = known.get(resource_id)
        settled = state is not None and state.state in (states.READY, states.FAILED)
        if state and settled and state.fingerprint == files.fingerprint(resource) and not force:
            if state.state == states.READY:
                loading.activate(resource, True)
            outcomes.append("kept")
            continue
        states.write_state(resource_id, dataset_id=dataset_id, state=states.QUEUED, code="", params={})
        size = (origin.find_origin(resource) or resource).size
        if (size or SMALL) < SMALL:
            small.append(resource_id)
        else:
            enqueue_load(resource_id, size)
            outcomes.append("queued")
    model.Session.rollback()
    for resource_id in small:
        loading.load_file(resource_id)
    if small:
        loading.index(dataset_id)
    for resource_id in known.keys() | wanted.keys():
        value_index.refresh(resource_id)
    for resource_id in small:
        columns_file.make_file(resource_id)
    return outcomes + ["loaded"] * len(small)
