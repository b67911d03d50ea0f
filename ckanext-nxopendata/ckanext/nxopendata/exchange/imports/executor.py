"""Writing the datasets of a plan, each for itself: one that fails becomes an error, the others stand."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Sequence
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy.exc

from ckanext.nxopendata.bulk_write.requests import WriteRequest
from ckanext.nxopendata.bulk_write.writer import BulkWriter
from ckanext.nxopendata.catalogue.schema import checks
from ckanext.nxopendata.exchange.imports.plan import (
    CREATE,
    DELETE,
    ERROR,
    UPDATE,
    Entry,
    Plan,
    chinese_title,
    merge,
    refuse,
)
from ckanext.nxopendata.exchange.workbook.reader import Problem

log = logging.getLogger(__name__)

CHUNK = 50
"""Datasets that are written in one transaction."""


def apply_plan(plan: Plan, user: str, progress: Callable[[int], None]) -> None:
    """Write the planned datasets.

    Args:
        plan: whose entries become errors where they could not be written.
        user: in whose name and with whose rights.
        progress: called with the number of entries that are done.
    """
    context = {checks.ANNOUNCED: frozenset(plan.batch.codes)}
    writer = BulkWriter(user, ignore_auth=False, context=context)
    for start in range(0, len(plan.entries), CHUNK):
        chunk = plan.entries[start : start + CHUNK]
        waiting = _write_many([entry for entry in chunk if entry.action in (CREATE, UPDATE)], writer)
        for entry in [*waiting, *(entry for entry in chunk if entry.action == DELETE)]:
            _call_action(entry, {"user": user, "return_id_only": True, **context})
        progress(min(start + CHUNK, len(plan.entries)))
    writer.index([])  # now readers see it: a commit of the index for each dataset took half the time of an import
    progress(len(plan.entries))


def _write_many(entries: Sequence[Entry], writer: BulkWriter) -> list[Entry]:
    """Write in one transaction and one index batch; when the database or the rights refuse it, in smaller ones.

    Returns:
        The entries that are left to ``package_update``.
    """
    if not entries:
        return []
    try:
        results = writer.write([_request(entry) for entry in entries])
        model.Session.commit()
    except (tk.NotAuthorized, sqlalchemy.exc.DBAPIError) as error:
        model.Session.rollback()
        if getattr(error, "connection_invalidated", False):
            raise
        if len(entries) > 1:
            middle = len(entries) // 2
            return _write_many(entries[:middle], writer) + _write_many(entries[middle:], writer)
        _fail(entries[0], "not_allowed" if isinstance(error, tk.NotAuthorized) else "not_written", error)
        return []
    for entry, result in zip(entries, results, strict=True):
        if result.state == "refused":
            refuse(entry, result.errors)
        elif result.state == "skipped":
            entry.action = ERROR
            entry.problems.append(Problem("not_found", entry.draft.first, {"value": chinese_title(entry.draft)}))
        else:
            entry.data["id"] = result.dataset_id
    writer.index([result.dataset_id for result in results if result.changed and result.dataset_id], commit=False)
    return [entry for entry, result in zip(entries, results, strict=True) if result.state == "by_action"]


def _request(entry: Entry) -> WriteRequest:
    if entry.action == CREATE:
        return WriteRequest(lambda _: copy.deepcopy(entry.data))

    def build(stored: dict[str, Any] | None) -> dict[str, Any] | None:
        if stored is None or stored["state"] == "deleted":
            return None
        return merge(entry.draft, stored)

    return WriteRequest(build, entry.data["id"])


def _call_action(entry: Entry, context: Any) -> None:
    try:
        tk.get_action(f"package_{entry.action}")(context, entry.data)
    except tk.ValidationError as error:
        model.Session.rollback()
        refuse(entry, error.error_dict)
    except (tk.NotAuthorized, tk.ObjectNotFound) as error:
        model.Session.rollback()
        _fail(entry, "not_allowed", error)


def _fail(entry: Entry, code: str, error: Exception) -> None:
    log.warning("import: %s: %s", code, error)
    entry.action = ERROR
    entry.problems.append(Problem(code, entry.draft.cell("title_translated")))
