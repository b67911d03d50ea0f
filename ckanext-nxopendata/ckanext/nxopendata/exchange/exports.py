"""Exports of a department's catalogue: workbook, CSV and XML package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.exchange import forms, xml
from ckanext.nxopendata.exchange.imports.jobs import FORM
from ckanext.nxopendata.exchange.imports.plan import Department
from ckanext.nxopendata.exchange.workbook import writer


def export_table(group: Any, user: str, kind: str = "xlsx") -> bytes:
    """Return the catalogue of a department as workbook or, with ``csv``, as CSV: what ``user`` may see of it."""
    department = Department.from_group(group)
    about = {department.id: {"title": department.title, "nx_uscc": department.uscc}}
    if kind == "csv":
        return writer.delimited(forms.load(FORM), list_datasets(department.id, user), about)
    return writer.catalogue(forms.load(FORM), list_datasets(department.id, user), about, department.title)


def list_datasets(owner: str, user: str) -> Iterator[dict[str, Any]]:
    """Yield the datasets of a department that ``user`` may see, drafts too, by resource code."""
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
    """Return the catalogue of a department as XML package: all, or what changed since ``since`` (ISO 8601, UTC)."""
    department = Department.from_group(group)
    about = {department.id: {"title": department.title, "nx_uscc": department.uscc}}
    moment = now()
    current = list_datasets(department.id, user)
    if since:
        records = xml.records_of(current, _list_deleted(department.id, since), since)
    else:
        records = (("", dataset) for dataset in current)
    batch = f"{department.uscc or group.name}-{moment:%Y%m%d%H%M%S}"
    return xml.package(records, about, batch, f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def _list_deleted(owner: str, since: str) -> Iterator[dict[str, Any]]:
    package = model.Package
    query = sa.select(package.id, package.title, package.extras["nx_resource_code"].astext).where(
        package.owner_org == owner, package.state == "deleted", package.metadata_modified >= since
    )
    for identifier, title, code in model.Session.execute(query):
        yield {"id": identifier, "title_translated": {"zh": title}, "nx_resource_code": code}
