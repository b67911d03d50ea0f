"""Actions of the audit: exports that can be verified, samples that can be drawn again, findings."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.audit import export_lists, findings, sampling, schema
from ckanext.nxopendata.register.audit.models import OPEN, Export, Finding, to_api
from ckanext.nxopendata.register.systems import system_store
from ckanext.nxopendata.review.lists import catalogue_lists

# Exports


@validate(schema.export)
def nx_audit_export(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Export a list; who did, when, by which filter, and the SHA-256 of the file are kept for good.

    :param list: ``systems``, ``projects``, ``verdicts``, ``funding``, ``connection``, ``tasks``, ``progress``,
        ``reports``, ``evaluations``, ``findings``, ``sample`` or ``log``
    :param format: ``csv`` (default) or ``xlsx``, which says on its second sheet who exported it and how
    :param owner_org: only of this unit, id or name (optional)

    Further, of the lists that have them: ``plan``, ``state``, ``kind``, ``period``, ``year``, ``since``, ``until``;
    of a sample what :func:`nx_audit_sample` takes.

    :returns: ``id``, ``sha256``, ``file_name``, ``rows`` and ``content`` (base64)
    """
    tk.check_access("nx_audit_export", context, data_dict)
    name, form = data_dict["list"], data_dict["format"]
    kind = export_lists.LISTS[name]
    title = str(kind.title)
    chosen = {each: str(data_dict[each]) for each in kind.filters if data_dict.get(each)}
    if superfluous := [each for each in export_lists.FILTERS if data_dict.get(each) and each not in kind.filters]:
        raise tk.ValidationError({each: [tk._("This list has no such filter")] for each in superfluous})
    if name == export_lists.SAMPLE:
        chosen.setdefault("seed", secrets.token_hex(8))
    rows = export_lists.read(name, context, chosen)
    user = model.User.get(context.get("user") or "")
    who = (user.fullname or user.name) if user else ""
    moment = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    if form == "csv":
        content = sampling.as_csv(rows)
    else:
        content = sampling.as_xlsx(rows, title, _about(title, who, moment, chosen, len(rows) - 1))
    stem = re.sub(r"[^\w-]+", "_", title)
    row = Export(
        sha256=sampling.digest(content),
        list=name,
        filter=chosen,
        format=form,
        file_name=f"{stem}_{today().isoformat()}.{form}",
        rows=len(rows) - 1,
        size=len(content),
        user_id=user.id if user else "",
        user_name=who,
        time=moment,
    )
    model.Session.add(row)
    model.Session.commit()
    return _export(row) | {"content": base64.b64encode(content).decode()}


def _about(title: str, who: str, moment: dt.datetime, chosen: Mapping[str, str], count: int) -> dict[str, str]:
    said = {tk._("List"): title, tk._("Exported by"): who, tk._("Time (UTC)"): moment.isoformat()}
    filters = "；".join(f"{name}={value}" for name, value in chosen.items())
    return said | {tk._("Filter"): filters or "—", tk._("Rows"): str(count)}


def _export(row: Export) -> dict[str, Any]:
    names = ("id", "sha256", "list", "filter", "format", "file_name", "rows", "size", "user_name")
    return {name: getattr(row, name) for name in names} | {"time": row.time.isoformat()}


@tk.side_effect_free
@validate(schema.page)
def nx_audit_export_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """What was exported, the newest first.

    :param limit: how many (optional, default 50)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``: ``id, sha256, list, filter, format, file_name, rows, size, user_name, time``
    """
    tk.check_access("nx_audit_export_list", context, data_dict)
    count = model.Session.scalar(sa.select(sa.func.count()).select_from(Export)) or 0
    query = sa.select(Export).order_by(Export.time.desc(), Export.id)
    query = query.limit(min(data_dict["limit"], 500)).offset(data_dict["offset"])
    return {"count": count, "results": [_export(row) for row in model.Session.scalars(query)]}


@validate(schema.verification)
def nx_audit_verify(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Which export a file is, by its SHA-256 or by the file itself, which is not kept.

    :param sha256: 64 hexadecimal digits
    :param upload: or the file

    :returns: ``sha256`` and ``exports``, as in :func:`nx_audit_export_list`: none, if the file was not exported here
        or was changed since
    """
    tk.check_access("nx_audit_verify", context, data_dict)
    upload = data_dict.get("upload")
    stream: Any = getattr(upload, "stream", None)
    wanted = sampling.digest(stream.read()) if stream is not None else data_dict.get("sha256")
    if not wanted:
        raise tk.ValidationError({"sha256": [tk._("Choose the file, or enter its SHA-256")]})
    rows = model.Session.scalars(sa.select(Export).where(Export.sha256 == wanted).order_by(Export.time))
    return {"sha256": wanted, "exports": [_export(row) for row in rows]}


# Samples


@tk.side_effect_free
@validate(schema.sample)
def nx_audit_sample(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Draw a random sample; with the same seed, of the same records, it is drawn again.

    The ids are put into the order of the SHA-256 of ``seed:id``, and the first are taken.

    :param of: ``systems`` (in use) or ``datasets`` (of the catalogue)
    :param size: how many, at most 1000
    :param seed: any text (optional; one is made)
    :param owner_org: only of this unit, id or name (optional)

    :returns: ``seed``, ``population`` (how many there are), ``population_sha256`` (of their ids in order, one a line)
        and ``results``: ``id, title, owner_org, unit`` (its name)``, department``
    """
    tk.check_access("nx_audit_sample", context, data_dict)
    owner = data_dict.get("owner_org")
    owners = [permissions.department_id(owner) or ""] if owner else None
    found = _POPULATIONS[data_dict["of"]](owners)
    names = {row[0]: row[1] for row in model.Session.execute(sa.select(model.Group.id, model.Group.name))}
    seed = data_dict.get("seed") or secrets.token_hex(8)
    language = reader_language()
    return {
        "of": data_dict["of"],
        "seed": seed,
        "population": len(found),
        "population_sha256": sampling.population(found),
        "results": [
            {
                "id": each,
                "title": found[each][0],
                "owner_org": found[each][1],
                "unit": names.get(found[each][1], ""),
                "department": departments.title(found[each][1], language),
            }
            for each in sampling.sample(found, data_dict["size"], seed)
        ],
    }


def _systems(owners: list[str] | None) -> dict[str, tuple[str, str]]:
    return {each.id: (each.title, each.owner_org) for each in system_store.list_systems(owners, state="active")}


def _datasets(owners: list[str] | None) -> dict[str, tuple[str, str]]:
    package: Any = model.Package
    query = sa.select(package.id, package.title, package.name, package.owner_org).where(catalogue_lists.is_registered())
    if owners is not None:
        query = query.where(package.owner_org.in_(owners))
    return {row[0]: (row[1] or row[2], row[3] or "") for row in model.Session.execute(query)}


_POPULATIONS = {"systems": _systems, "datasets": _datasets}


# Findings


@tk.side_effect_free
@validate(schema.finding_listing)
def nx_audit_finding_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings that you may see: your unit's; all, for the supervising offices. Open ones first, by their date.

    :param owner_org: only of this unit, id or name (optional)
    :param state: only ``open``, ``replied``, ``closed`` or ``overdue`` (optional)

    :returns: as :func:`nx_audit_finding_show`, without ``log``
    """
    tk.check_access("nx_audit_finding_list", context, data_dict)
    user = context.get("user")
    query = sa.select(Finding).order_by(sa.case((Finding.state == OPEN, 0), else_=1), Finding.due, Finding.title)
    if not roles.sees_all(user):
        query = query.where(Finding.owner_org.in_(roles.departments(user)))
    if data_dict.get("owner_org"):
        query = query.where(Finding.owner_org == (permissions.department_id(data_dict["owner_org"]) or ""))
    wanted = data_dict.get("state")
    if wanted and wanted != "overdue":
        query = query.where(Finding.state == wanted)
    found = [_finding(row) for row in model.Session.scalars(query)]
    return [each for each in found if each["late"]] if wanted == "overdue" else found


def _finding(row: Finding) -> dict[str, Any]:
    return to_api(row, today()) | {"department": departments.title(row.owner_org, reader_language())}


@tk.side_effect_free
def nx_audit_finding_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A finding.

    :param id: its id

    :returns: ``id, owner_org, department, title, text, subject`` (``system``, ``dataset`` or ""), ``subject_id, state``
        (``open``, ``replied``, ``closed``), ``due``, ``due_unsure`` (the calendar lacks a year), ``late, reply,
        evidence, replied, opinion, created, closed, log``
    """
    row = _find_finding("nx_audit_finding_show", context, data_dict)
    return _finding(row) | {"log": log.read("finding", row.id)}


@validate(schema.finding)
def nx_audit_finding_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Tell a unit what was found; it is to reply within the working days that are configured, or that you set.

    :param owner_org: the unit, id or name
    :param title, text: what was found
    :param subject, subject_id: the ``system`` or ``dataset`` of the unit that it is about (optional)
    :param days: working days to reply (optional)
    """
    tk.check_access("nx_audit_finding_create", context, data_dict)
    owner = permissions.department_id(data_dict["owner_org"])
    if owner is None:
        raise tk.ValidationError({"owner_org": [tk._("There is no such department")]})
    row = findings.create(context.get("user") or "", owner, data_dict)
    findings.tell_unit(row, "new")
    model.Session.commit()
    return _finding(row)


@validate(schema.reply)
def nx_audit_finding_reply(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Your unit's reply to a finding.

    :param id: the finding
    :param reply: what was done about it, or why nothing is to be done
    :param evidence: an address (http or https) or a document's number (optional)
    """
    row = _find_finding("nx_audit_finding_reply", context, data_dict)
    findings.reply(row, context.get("user") or "", data_dict["reply"], data_dict.get("evidence") or "")
    findings.tell_auditors(row)
    model.Session.commit()
    return _finding(row)


@validate(schema.decision)
def nx_audit_finding_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Close a finding, or return it for another reply.

    :param id: the finding
    :param action: ``close`` or ``return``
    :param opinion: why; required to return it, and to close what was not replied to
    :param days: with ``return``: working days to reply anew (optional)
    """
    row = _find_finding("nx_audit_finding_decide", context, data_dict)
    user = context.get("user") or ""
    findings.decide(row, user, data_dict["action"], data_dict.get("opinion") or "", data_dict.get("days"))
    findings.tell_unit(row, "closed" if data_dict["action"] == "close" else "returned")
    model.Session.commit()
    return _finding(row)


def _find_finding(action: str, context: Context, data_dict: dict[str, Any]) -> Finding:
    identifier = str(tk.get_or_bust(data_dict, "id"))
    # One that is not there and one that is somebody else's look the same from outside.
    tk.check_access(action, context, data_dict)
    row = model.Session.get(Finding, identifier, with_for_update=action != "nx_audit_finding_show")
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such finding"))
    return row
