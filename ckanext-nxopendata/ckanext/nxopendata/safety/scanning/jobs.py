"""Examination by the workers: what is too large to wait for, what was left by a worker that died, new rules."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import datastore_rows, verdicts

log = logging.getLogger(__name__)

LONGEST = 1800
"""Seconds after which the queue gives an examination up."""

AT_A_TIME = 100
"""Files that one sweep takes up."""

MOST_USED = 50
"""Datasets whose order of use is asked for."""


def enqueue(resource_id: str, part: str = models.FILE) -> None:
    """Ask a worker to examine what a resource holds."""
    tk.enqueue_job(scan, [resource_id, part], title=f"safety of {resource_id}", rq_kwargs={"timeout": LONGEST})


def scan(resource_id: str, part: str = models.FILE) -> None:
    """Examine what a resource holds; nothing is done for one that is no more."""
    resource = model.Session.get(model.Resource, resource_id)
    if resource is not None:
        entry = describe(resource)
        model.Session.rollback()  # no transaction stays open while a file is read
        verdicts.scan(entry, part=part)


def describe(resource: Any) -> dict[str, Any]:
    """Return of a resource what the examination needs."""
    extras = resource.extras or {}
    return {
        "id": resource.id,
        "url": resource.url,
        "url_type": resource.url_type,
        "package_id": resource.package_id,
        "name": resource.name,
        "nx_file_name": extras.get("nx_file_name"),
    }


def sweep(*, most: int = AT_A_TIME) -> int:
    """Examine files, and rows of tables, without a verdict by the rules in force; return how many.

    What was queued and lost, what a dead worker left, what changed on the disk, and all files after the rules changed;
    each is noted before it is begun, so that a file which ends the process is given up after a few attempts.
    """
    waiting = [(resource_id, models.FILE) for resource_id in [*list_changed()[:most], *list_unexamined(most)]]
    waiting += [(resource_id, models.ROWS) for resource_id in list_unexamined_rows(most)]
    for resource_id, part in waiting:
        scan(resource_id, part)
    return len(waiting)


def list_unexamined_rows(most: int) -> list[str]:
    """Return tables whose rows were written, or begun to be examined, and have no verdict by the rules in force."""
    content, verdict = models.Content, models.Verdict
    version = in_force.rules().version
    query = (
        sa.select(content.resource_id)
        .join(model.Resource, model.Resource.id == content.resource_id)
        .outerjoin(verdict, sa.and_(verdict.sha256 == content.sha256, verdict.version == version))
        .where(content.part == models.ROWS, model.Resource.state == "active", verdict.sha256.is_(None))
        .order_by(content.changed)
        .limit(most)
    )
    ids = list(model.Session.scalars(query))
    model.Session.rollback()
    return [resource_id for resource_id in ids if datastore_rows.count(resource_id) >= 0]


def list_unexamined(most: int) -> list[str]:
    """Return files stored here that have no verdict by the rules in force: public ones first, the most used of them
    before the others."""
    content, verdict = models.Content, models.Verdict
    version = in_force.rules().version
    query = (
        sa.select(model.Resource.id)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .outerjoin(content, sa.and_(content.resource_id == model.Resource.id, content.part == models.FILE))
        .outerjoin(verdict, sa.and_(verdict.sha256 == content.sha256, verdict.version == version))
        .where(
            model.Resource.url_type == "upload",
            model.Resource.state == "active",
            model.Package.state == "active",
            verdict.sha256.is_(None),
        )
        .order_by(model.Package.private, *_rank_by_use(), model.Resource.last_modified.desc().nulls_last())
        .limit(most)
    )
    ids = list(model.Session.scalars(query))
    model.Session.rollback()
    return ids


def _rank_by_use() -> list[sa.ColumnElement[int]]:
    """Return the place of a dataset among those that are used most, as an order; [] where nothing was used."""
    try:
        used = tk.get_action("nx_portal_most_used")({"ignore_auth": True}, {"limit": MOST_USED})
    except KeyError:  # a site without the portal counts no use
        used = []
    places = {dataset["id"]: place for place, dataset in enumerate(used)}
    return [sa.case(places, value=model.Package.id, else_=MOST_USED)] if places else []


def list_changed() -> list[str]:
    """Return files that were examined and are no more as they were: written past the actions, or by hand."""
    content = models.Content
    query = (
        sa.select(model.Resource.id, model.Resource.url, content.size, content.changed_ns)
        .join(content, sa.and_(content.resource_id == model.Resource.id, content.part == models.FILE))
        .where(model.Resource.url_type == "upload", model.Resource.state == "active", content.sha256 != "")
        .order_by(model.Resource.id)
    )
    known = model.Session.execute(query).all()  # columns alone: with 100,000 files each sweep reads them all
    model.Session.rollback()
    found = []
    for resource_id, url, size, changed_ns in known:
        measured = verdicts.measure({"id": resource_id, "url": url, "url_type": "upload"})
        if measured not in ((size, changed_ns), verdicts.NOTHING):
            found.append(resource_id)
    return found
