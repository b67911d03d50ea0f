"""Actions of the exchange."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Action, Context, DataDict
from ckanext.dcat.processors import RDFProfileException

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.exchange import exports, xml
from ckanext.nxopendata.exchange import models as table
from ckanext.nxopendata.exchange.dcat import catalogue_endpoint
from ckanext.nxopendata.exchange.imports import jobs, report

LARGEST = 32 * 1024 * 1024
"""Bytes of a file that is imported."""

LARGEST_WAITED_FOR = 4 * 1024 * 1024
"""Bytes of one that somebody waits for: on its way to the database and back it takes ten times as much memory."""


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_show(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A page of the catalogue in RDF, from what was kept when its datasets were indexed.

    With ``profiles`` it is made anew by ckanext-dcat.
    """
    return _from_index(original_action, "dcat_catalog_show", context, data_dict)


@tk.side_effect_free
@tk.chained_action
def dcat_catalog_search(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """The same for a search with ``q`` and ``fq``."""
    return _from_index(original_action, "dcat_catalog_search", context, data_dict)


@tk.chained_action
def dcat_dataset_show(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """A dataset in RDF."""
    tk.check_access("dcat_dataset_show", context, data_dict)
    return _by_profiles(original_action, context, data_dict)


def _from_index(original_action: Action, name: str, context: Context, data_dict: DataDict) -> Any:
    tk.check_access(name, context, data_dict)
    if data_dict.get("profiles"):
        return _by_profiles(original_action, context, data_dict)
    _require_syntax(data_dict)
    return catalogue_endpoint.catalogue_page(context, data_dict)


def _by_profiles(original_action: Action, context: Context, data_dict: DataDict) -> Any:
    """What ckanext-dcat makes; it fails on syntaxes and profiles that it does not have."""
    _require_syntax(data_dict)
    try:
        return original_action(context, data_dict)
    except RDFProfileException:
        raise tk.ValidationError({"profiles": [tk._("There is no RDF profile of this name")]}) from None


def _require_syntax(data_dict: DataDict) -> None:
    if (data_dict.get("format") or "xml") not in catalogue_endpoint.fragments.SYNTAXES:
        names = ", ".join(catalogue_endpoint.fragments.SYNTAXES)
        raise tk.ObjectNotFound(tk._("There is no such format: choose one of {names}").format(names=names))


def nx_catalogue_import_preview(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Say what a catalogue workbook or XML package would change, without changing anything.

    The user needs the right to create datasets in the department.

    :param owner_org: the department's id or name
    :param upload: the file (xlsx, xls, et, ods, csv; xml by ``schemas/xsd/catalogue.xsd``), or
    :param content: the file in Base64, with
    :param file_name: its name
    :param background: False waits for the result (of a file of up to 4 MB that is read within 8 seconds); True (the
        default) leaves it to a job

    :returns: the import as ``nx_catalogue_import_show`` gives it
    """
    group = _department(data_dict)
    tk.check_access("nx_catalogue_import_preview", context, {"owner_org": group.id})
    waits = not params.flag(data_dict, "background", True) and not context.get("nx_command_line")
    name, content = _file(data_dict, waits=waits)
    kind = jobs.XML if xml.looks_like(content) else jobs.WORKBOOK
    identifier = table.add(group.id, context.get("user", ""), kind, name, content)
    return _go(context, data_dict, identifier)


def nx_catalogue_import_apply(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write what a preview announced, each dataset for itself; it is judged anew at this moment.

    :param id: of an import in state ``previewed``
    :param license_id: of the new datasets that are open without conditions, which the columns of a workbook do not
        tell (optional: none)
    :param background: as for the preview
    """
    row = _import(data_dict)
    tk.check_access("nx_catalogue_import_apply", context, {"id": row["id"]})
    licence = data_dict.get("license_id") or ""
    if licence and licence not in model.Package.get_license_register():
        raise tk.ValidationError({"license_id": [tk._("There is no such licence")]})
    if not row["has_file"] or not table.claim(row["id"], table.PREVIEWED, table.APPLYING):
        raise tk.ValidationError({"id": [tk._("This import was applied already, or its preview is not ready")]})
    return _go(context, data_dict, row["id"], licence)


@tk.side_effect_free
def nx_catalogue_import_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """An import: state, progress (done, total), counts by action, datasets, problems by sheet, row and column,
    remarks on sheets and columns that were not read.

    :param id: of the import
    """
    row = _import(data_dict)
    tk.check_access("nx_catalogue_import_show", context, {"id": row["id"]})
    return _about_import(row) | report.translate_report(row["report"])


@tk.side_effect_free
def nx_catalogue_import_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """The latest imports of a department, newest first: file, who, when, state, counts by action.

    :param owner_org: the department's id or name
    :param limit: how many at most (default 10, at most 100)
    """
    group = _department(data_dict)
    tk.check_access("nx_catalogue_import_list", context, {"owner_org": group.id})
    try:
        limit = min(max(int(data_dict.get("limit") or 10), 1), 100)
    except ValueError:
        raise tk.ValidationError({"limit": [tk._("Write a whole number")]}) from None
    return [_about_import(row) | {"counts": row["counts"] or {}} for row in table.latest(group.id, limit)]


def _about_import(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "organization_id", "user_name", "kind", "file_name", "state", "done", "total")
    return {key: row[key] for key in kept} | {"created": row["created"].isoformat()}


@tk.side_effect_free
def nx_catalogue_export(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The catalogue of a department: file_name, content in Base64.

    :param owner_org: the department's id or name
    :param format: ``xlsx`` (the default), ``csv`` or ``xml``
    :param since: of XML, only what changed since (ISO 8601; UTC when it names no zone)
    """
    group = _department(data_dict)
    tk.check_access("nx_catalogue_export", context, {"owner_org": group.id})
    kind, user = data_dict.get("format") or "xlsx", context.get("user", "")
    if kind in ("xlsx", "csv"):
        content = exports.export_table(group, user, kind)
    elif kind == "xml":
        content = exports.export_xml(group, user, _since(data_dict))
    else:
        raise tk.ValidationError({"format": [tk._("Choose xlsx, csv or xml")]})
    return {"file_name": f"{group.title}_目录.{kind}", "content": base64.b64encode(content).decode()}


def _since(data_dict: DataDict) -> str:
    since = data_dict.get("since") or ""
    try:
        moment = dt.datetime.fromisoformat(since) if since else None
        if moment and moment.tzinfo:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        return moment.isoformat() if moment else ""
    except (ValueError, OverflowError):
        raise tk.ValidationError({"since": [tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")]}) from None


def _department(data_dict: DataDict) -> Any:
    group = model.Group.get(tk.get_or_bust(data_dict, "owner_org"))
    if group is None or not group.is_organization or group.state != "active":
        raise tk.ObjectNotFound(tk._("There is no such department"))
    return group


def _import(data_dict: DataDict) -> Any:
    row = table.get(tk.get_or_bust(data_dict, "id"))
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such import"))
    return row


def _file(data_dict: DataDict, *, waits: bool) -> tuple[str, bytes]:
    """The file that was sent; a smaller one where somebody waits for its reading."""
    if waits:
        told = tk._("The file is larger than %d MB: let it be read in the background, or split it")
        return params.sent_file(data_dict, LARGEST_WAITED_FOR, told)
    return params.sent_file(data_dict, LARGEST)


def _go(context: Context, data_dict: DataDict, identifier: str, licence: str = "") -> dict[str, Any]:
    if params.flag(data_dict, "background", True):
        arguments = [identifier, reader_language(), licence]
        tk.enqueue_job(jobs.run, arguments, title=f"catalogue import {identifier}", rq_kwargs={"timeout": 3600})
    else:
        limits = sandbox.WHOLE_FILE if context.get("nx_command_line") else sandbox.REQUEST
        jobs.run(identifier, licence=licence, limits=limits)
    return nx_catalogue_import_show(context, {"id": identifier})
