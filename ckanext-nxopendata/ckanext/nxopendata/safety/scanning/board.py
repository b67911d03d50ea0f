"""Lists of files by how they stand, for the office and for departments."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import sqlalchemy as sa
from ckan import model

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.calendar import holidays
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.privacy import thresholds
from ckanext.nxopendata.safety.walkers import result

KINDS = ("waiting", "findings", "unreadable", "proposed", "signed", "expiring", "recalled", "recall")

SOON = 30
"""Working days before its end from which a sign-off is listed as ending."""


def may_see_all(user: str) -> bool:
    """Whether somebody sees the files of all departments."""
    return bool(user) and (authz.is_sysadmin(user) or roles.is_office(user) or is_officer(user))


def is_officer(user: str) -> bool:
    """Whether somebody is a safety officer."""
    found = model.User.get(user)
    return found is not None and model.Session.get(models.Officer, found.id) is not None


def read(user: str, kind: str, limit: int, offset: int) -> dict[str, Any]:
    """Return a list that somebody may see."""
    package = model.Package
    query = select_kind(kind)
    if not may_see_all(user):
        query = query.where(package.owner_org.in_(_list_departments(user)))
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = model.Session.execute(query.order_by(package.metadata_modified.desc()).limit(limit).offset(offset))
    return {"count": count, "results": [_show(*row) for row in rows]}


def count(kind: str) -> int:
    """Return how many files of all departments are on a list."""
    return model.Session.scalar(sa.select(sa.func.count()).select_from(select_kind(kind).subquery())) or 0


def select_kind(kind: str) -> Any:
    """Return the query of a list: resource, dataset, status and report of its newest verdict."""
    content, resource, package = models.Content, model.Resource, model.Package
    newest = (
        sa.select(models.Verdict)
        .where(models.Verdict.sha256 == content.sha256)
        .order_by(models.Verdict.created.desc())
        .limit(1)
        .lateral("newest")
    )
    signed = sa.exists().where(
        models.Signoff.resource_id == resource.id,
        models.Signoff.sha256 == content.sha256,
        models.Signoff.state == models.APPROVED,
        sa.or_(models.Signoff.until.is_(None), models.Signoff.until >= today()),
    )
    soon = holidays.calendar().after(today(), SOON).day
    expiring = sa.exists().where(
        models.Signoff.resource_id == resource.id,
        models.Signoff.sha256 == content.sha256,
        models.Signoff.state == models.APPROVED,
        models.Signoff.until.between(today(), soon),
    )
    proposed = sa.exists().where(models.Signoff.resource_id == resource.id, models.Signoff.state == models.PROPOSED)
    recalled = sa.exists().where(
        models.Recall.dataset_id == package.id,
        models.Recall.resource_id.in_(("", resource.id)),
        models.Recall.lifted.is_(None),
    )
    known = sa.exists().where(
        models.Privacy.resource_id == resource.id,
        models.Privacy.sha256 == content.sha256,
        models.Privacy.k < thresholds.select_threshold(),
    )
    found = sa.or_(newest.c.status == result.FINDINGS, sa.and_(newest.c.status == result.CLEAN, known))
    replaced = sa.exists().where(models.Treatment.source_id == resource.id, models.Treatment.target_id != "")
    closing = sa.or_(newest.c.status == result.UNREADABLE, found)
    conditions = {
        "waiting": newest.c.status.is_(None),
        "findings": sa.and_(found, ~signed, ~replaced),
        "unreadable": sa.and_(newest.c.status == result.UNREADABLE, ~signed),
        "proposed": proposed,
        "signed": sa.and_(closing, signed),
        "expiring": sa.and_(closing, expiring),
        "recalled": recalled,
        "recall": sa.and_(closing, ~signed, ~recalled, ~replaced, package.private.is_(False)),
    }
    return (
        sa.select(resource, package, newest.c.status, newest.c.report)
        .join(package, package.id == resource.package_id)
        .outerjoin(content, sa.and_(content.resource_id == resource.id, content.part == models.FILE))
        .outerjoin(newest, sa.true())
        .where(resource.url_type == "upload", resource.state == "active", package.state == "active", conditions[kind])
    )


def _show(resource: Any, package: Any, status: str | None, report: dict[str, Any] | None) -> dict[str, Any]:
    levels = [finding["level"] for finding in (report or {}).get("findings", ())]
    return {
        "id": resource.id,
        "name": resource.name or "",
        "dataset": package.name,
        "title": package.title or package.name,
        "title_translated": (package.extras or {}).get("title_translated"),
        "department": package.owner_org,
        "private": package.private,
        "status": status or "waiting",
        "level": max(levels, default=0),
    }


def _list_departments(user: str) -> list[str]:
    found = model.User.get(user)
    query = sa.select(model.Member.group_id).where(
        model.Member.table_name == "user",
        model.Member.table_id == (found.id if found else ""),
        model.Member.state == "active",
        model.Member.capacity.in_(("admin", "editor")),
    )
    return [department for department in model.Session.scalars(query) if department]


def list_signoffs(resource_id: str, sha256: str) -> list[dict[str, Any]]:
    """Return the sign-offs of a file, the newest first; ``current`` are those of its present content."""
    query = sa.select(models.Signoff).where(models.Signoff.resource_id == resource_id)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "reason": row.reason,
            "article": row.article,
            "until": row.until.isoformat() if row.until else None,
            "level": row.level,
            "author": row.author,
            "approver": row.approver,
            "opinion": row.opinion,
            "state": row.state,
            "created": row.created.isoformat(),
            "current": row.sha256 == sha256,
        }
        for row in model.Session.scalars(query.order_by(models.Signoff.created.desc()))
    ]
