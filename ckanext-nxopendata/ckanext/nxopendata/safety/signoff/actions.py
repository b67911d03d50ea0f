"""Actions: sign-offs by two persons, recalls that can be undone, safety officers, the record."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.logic import validate
from ckan.types import Context, DataDict

from ckanext.nxopendata.core.timezone import now
from ckanext.nxopendata.safety import models
from ckanext.nxopendata.safety.scanning import jobs, verdicts
from ckanext.nxopendata.safety.signoff import schema

SHOWN = ("kind", "reason", "article", "level", "author", "approver", "opinion", "state")
"""Of a sign-off, in a list of all."""


@validate(schema.proposal)
def nx_safety_signoff_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Propose that a file may be public as it is, in spite of what was found; another person decides.

    :param id: the file (resource)
    :param kind: ``disclosure_list`` (the law wants it disclosed), ``consent``, ``organisation_contact``,
        ``synthetic``, ``already_public``
    :param reason: in words
    :param article: of the law, or the document, that it rests on
    :param until: last day, ``2026-12-31`` (optional)

    :returns: ``id``, ``level``, ``state``
    """
    tk.check_access("nx_safety_signoff_create", context, data_dict)
    resource = model.Session.get(model.Resource, data_dict["id"])
    if resource is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    standing = verdicts.find_standing(jobs.describe(resource))
    if standing.verdict is None:
        raise tk.ValidationError({"id": [tk._("The file was not examined yet")]})
    if standing.is_released:
        raise tk.ValidationError({"id": [tk._("Nothing keeps this file from the public")]})
    row = models.Signoff(
        resource_id=resource.id,
        dataset_id=resource.package_id or "",
        sha256=standing.sha256,
        kind=data_dict["kind"],
        reason=data_dict["reason"],
        article=data_dict["article"],
        until=data_dict.get("until"),
        level=verdicts.find_level(standing.verdict, standing.anonymity),
        author=context.get("user") or "",
    )
    model.Session.add(row)
    model.Session.flush()
    _note(context, "signoff_proposed", row.dataset_id, row.resource_id, signoff=row.id, kind=row.kind, level=row.level)
    model.Session.commit()
    return {"id": row.id, "level": row.level, "state": row.state}


@validate(schema.decision)
def nx_safety_signoff_decide(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Approve a sign-off, or reject it; never one's own.

    :param id: the sign-off
    :param approve: whether the file may be public
    :param opinion: required to reject

    :returns: ``id``, ``level``, ``state``
    """
    tk.check_access("nx_safety_signoff_decide", context, data_dict)
    row = model.Session.get(models.Signoff, data_dict["id"], with_for_update=True)
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such sign-off"))
    user, approve = context.get("user") or "", bool(data_dict.get("approve"))
    if row.author == user:
        raise tk.ValidationError({"id": [tk._("Another person than the author decides")]})
    if row.state != models.PROPOSED:
        raise tk.ValidationError({"id": [tk._("This sign-off was decided already")]})
    if not approve and not data_dict.get("opinion"):
        raise tk.ValidationError({"opinion": [tk._("Say why it is rejected")]})
    row.state = models.APPROVED if approve else models.REJECTED
    row.approver, row.opinion, row.decided = user, data_dict.get("opinion") or "", now()
    _note(context, f"signoff_{row.state}", row.dataset_id, row.resource_id, signoff=row.id, level=row.level)
    model.Session.commit()
    return {"id": row.id, "level": row.level, "state": row.state}


@tk.side_effect_free
def nx_safety_signoff_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """All sign-offs, the oldest first, for those who audit them.

    :param owner_org: the department (id or name; optional: all)

    :returns: of each ``id``, ``dataset`` (title), ``department`` (title), ``file``, ``kind``, ``reason``, ``article``,
        ``until``, ``level``, ``author``, ``approver``, ``opinion``, ``state``, ``created``, ``decided``
    """
    tk.check_access("nx_safety_signoff_list", context, data_dict)
    signoff, group = models.Signoff, model.Group
    query = (
        sa.select(signoff, model.Resource, model.Package, group)
        .outerjoin(model.Resource, model.Resource.id == signoff.resource_id)
        .join(model.Package, model.Package.id == signoff.dataset_id)
        .outerjoin(group, group.id == model.Package.owner_org)
        .order_by(signoff.created)
    )
    if data_dict.get("owner_org"):
        query = query.where(sa.or_(group.id == data_dict["owner_org"], group.name == data_dict["owner_org"]))
    return [
        {
            "id": row.id,
            "dataset": package.title or package.name,
            "department": (owner.title or owner.name) if owner is not None else "",
            "file": (resource.name or "") if resource is not None else "",
            "until": row.until.isoformat() if row.until else "",
            "created": row.created.isoformat(),
            "decided": row.decided.isoformat() if row.decided else "",
            **{name: getattr(row, name) for name in SHOWN},
        }
        for row, resource, package, owner in model.Session.execute(query)
    ]


@validate(schema.recall)
def nx_safety_recall_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take a file, or a dataset with all its files, from the public at once: bytes, rows, earlier contents, previews.

    :param id: the file (resource id) or the dataset (id or name)
    :param reason: in words; the public does not see it

    :returns: ``id`` of the recall
    """
    tk.check_access("nx_safety_recall_create", context, data_dict)
    resource = model.Session.get(model.Resource, data_dict["id"])
    package = resource.package if resource is not None else model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such file or dataset"))
    row = models.Recall(
        resource_id=resource.id if resource is not None else "",
        dataset_id=package.id,
        reason=data_dict["reason"],
        author=context.get("user") or "",
    )
    model.Session.add(row)
    model.Session.flush()
    _note(context, "recalled", row.dataset_id, row.resource_id, recall=row.id)
    model.Session.commit()
    return {"id": row.id}


@validate(schema.recall)
def nx_safety_recall_lift(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Undo a recall: what was released before is open again.

    :param id: the recall, or the file or dataset that was recalled
    :param reason: in words

    :returns: ``lifted``, how many recalls ended
    """
    tk.check_access("nx_safety_recall_lift", context, data_dict)
    package = model.Package.get(data_dict["id"])
    recall = models.Recall
    meant = sa.or_(
        recall.id == data_dict["id"],
        recall.resource_id == data_dict["id"],
        sa.and_(recall.resource_id == "", recall.dataset_id == (package.id if package else data_dict["id"])),
    )
    rows = list(model.Session.scalars(sa.select(recall).where(meant, recall.lifted.is_(None))))
    if not rows:
        raise tk.ObjectNotFound(tk._("Nothing was recalled"))
    for row in rows:
        row.lifted, row.lifted_by = now(), context.get("user") or ""
        _note(context, "recall_lifted", row.dataset_id, row.resource_id, recall=row.id, reason=data_dict["reason"])
    model.Session.commit()
    return {"lifted": len(rows)}


@validate(schema.officer)
def nx_safety_officer_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Make somebody a safety officer, or end it.

    :param user: name or id
    :param officer: true or false

    :returns: ``user`` and ``officer``
    """
    tk.check_access("nx_safety_officer_update", context, data_dict)
    user = model.User.get(data_dict["user"])
    if user is None:
        raise tk.ObjectNotFound(tk._("There is no such user"))
    row, wanted = model.Session.get(models.Officer, user.id), bool(data_dict.get("officer"))
    if wanted and row is None:
        model.Session.add(models.Officer(user_id=user.id, given_by=context.get("user") or ""))
    elif not wanted and row is not None:
        model.Session.delete(row)
    _note(context, "officer" if wanted else "officer_ended", "", "", officer=user.name)
    model.Session.commit()
    return {"user": user.name, "officer": wanted}


@tk.side_effect_free
def nx_safety_event_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The record of sign-offs and recalls, the newest 500 first.

    :returns: of each ``time``, ``user``, ``action``, ``dataset_id``, ``resource_id``, ``detail``
    """
    tk.check_access("nx_safety_event_list", context, data_dict)
    query = sa.select(models.Event).order_by(models.Event.id.desc()).limit(500)
    return [
        {
            "time": row.time.isoformat(),
            "user": row.user,
            "action": row.action,
            "dataset_id": row.dataset_id,
            "resource_id": row.resource_id,
            "detail": row.detail,
        }
        for row in model.Session.scalars(query)
    ]


def _note(context: Context, action: str, dataset_id: str, resource_id: str, **detail: Any) -> None:
    models.note_event(context.get("user") or "", action, dataset_id, resource_id, **detail)
