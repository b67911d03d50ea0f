"""What stands against publishing a dataset: asked by the review, timed release, and writes that make it public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.types import Context

from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs, messages, verdicts
from ckanext.nxopendata.safety.walkers import result

MOST_NAMED = 4
"""Findings of a file that an objection names."""


def find_objections(dataset: Mapping[str, Any]) -> list[str]:
    """Return which files of a dataset are not released, and why."""
    return [text for entry in dataset.get("resources") or () for text in _object(entry, str(dataset.get("id") or ""))]


def _object(entry: Mapping[str, Any], dataset_id: str) -> list[str]:
    if entry.get("url_type") != "upload" or not entry.get("id"):
        return []
    resource = model.Session.get(model.Resource, str(entry["id"]))
    described = jobs.describe(resource) if resource is not None else {"package_id": dataset_id, **entry}
    standing = verdicts.find_standing(described)
    if standing.is_released or models.is_replaced(str(entry["id"])):
        return []
    name = str(entry.get("name") or entry.get("nx_file_name") or "")
    if standing.verdict is None:
        jobs.enqueue(str(entry["id"]))
        return [tk._("File “{file}” is still being checked. Try again in a few minutes.").format(file=name)]
    if standing.status == result.CLEAN and standing.anonymity is not None:
        return [messages.describe_anonymity(name, standing.anonymity)]
    return [
        tk._("File “{file}” must not become public as it is: {findings}. See its page “Safety check”.").format(
            file=name, findings="; ".join(messages.summarise(standing.verdict.report)[:MOST_NAMED])
        )
    ]


def check_write(context: Context, dataset: Mapping[str, Any]) -> None:
    """Refuse a write that makes a dataset public whose files are not released.

    A file that comes into a public dataset is not refused, it is closed until it is released; the bulk writer's
    datasets likewise, so that one does not stop a thousand.

    Raises:
        tk.ValidationError: at ``resources``.
    """
    if context.get("bulk_write") or not any(
        entry.get("url_type") == "upload" for entry in dataset.get("resources") or ()
    ):
        return
    package = model.Session.get(model.Package, str(dataset["id"]))
    if package is None or package.private or package.state != "active" or not _was_private(package.id):
        return
    if objections := find_objections(dataset):
        model.Session.rollback()
        raise tk.ValidationError({"resources": objections})


def _was_private(dataset_id: str) -> bool:
    """Whether a dataset is private as the database has it before this transaction."""
    with models.engine().connect() as connection:
        return bool(connection.scalar(sa.select(model.Package.private).where(model.Package.id == dataset_id)))
