"""Examination by the workers: what is too large to wait for, what was left by a worker that died, new rules."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.rules import in_force
from ckanext.nxopendata.safety.scanning import verdicts

log = logging.getLogger(__name__)

LONGEST = 1800
"""Seconds after which the queue gives an examination up."""

AT_A_TIME = 100
"""Files that one sweep takes up."""


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
    """Examine files without a verdict by the rules in force; return how many.

    What was queued and lost, what a dead worker left, and all files after the rules changed; each is noted before it
    is begun, so that a file which ends the process is given up after a few attempts.
    """
    done = 0
    for resource_id in list_unexamined(most):
        scan(resource_id)
        done += 1
    return done


def list_unexamined(most: int) -> list[str]:
    """Return files stored here that have no verdict by the rules in force, public ones first."""
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
        .order_by(model.Package.private, model.Resource.last_modified.desc().nulls_last())
        .limit(most)
    )
    ids = list(model.Session.scalars(query))
    model.Session.rollback()
    return ids
