"""Pages of a department's officers: export, template, import with preview."""

from __future__ import annotations

import base64
import re
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from openpyxl.utils import get_column_letter

from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.web import MEDIA_TYPES, download
from ckanext.nxopendata.exchange import exports, forms
from ckanext.nxopendata.exchange import models as table
from ckanext.nxopendata.exchange.dcat import negotiation
from ckanext.nxopendata.exchange.imports import jobs, report
from ckanext.nxopendata.exchange.workbook import writer

exchange = Blueprint("nx_exchange", __name__, url_prefix="/organization/<org>/catalogue")

exchange.before_app_request(negotiation.answer)
exchange.after_app_request(negotiation.describe)

MOST_PROBLEMS, MOST_DATASETS = 500, 1000
"""Lines that the page of an import shows; the rest is in the marked workbook and in the action."""


def _department(org: str, action: str = "nx_catalogue_import_preview") -> dict[str, Any]:
    """The department, for those who may do ``action`` there; 404 and 403 else."""
    try:
        department = tk.get_action("organization_show")({"for_view": True}, {"id": org})
        tk.check_access(action, {"user": tk.current_user.name}, {"owner_org": department["id"]})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such department"))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error.message or ""))
    return department


def _group(department: dict[str, Any]) -> Any:
    """The department as it is stored: workbooks are in Chinese, whoever asks."""
    return model.Group.get(department["id"])


def index(org: str) -> Any:
    """The entrance; a POST brings a file to preview."""
    department = _department(org)
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        data = {"owner_org": department["id"], "upload": tk.request.files.get("upload")}
        try:
            made = tk.get_action("nx_catalogue_import_preview")({"user": tk.current_user.name}, data)
            return tk.redirect_to("nx_exchange.read", org=org, identifier=made["id"])
        except tk.ValidationError as error:
            errors = error.error_summary or error.error_dict
    latest = tk.get_action("nx_catalogue_import_list")({"user": tk.current_user.name}, {"owner_org": department["id"]})
    words = {"group_dict": department, "errors": errors, "imports": latest, "states": states()}
    return tk.render("catalogue_exchange/index.html", words)


def states() -> dict[str, str]:
    """What the states of an import are called."""
    return {
        table.QUEUED: tk._("Waits to be read"),
        table.READING: tk._("Is being read"),
        table.PREVIEWED: tk._("Preview, not imported"),
        table.APPLYING: tk._("Is being imported"),
        table.DONE: tk._("Imported into the catalogue"),
        table.FAILED: tk._("Could not be read"),
    }


def read(org: str, identifier: str) -> Any:
    """A preview or its outcome; a POST applies it."""
    department = _department(org)
    context: Any = {"user": tk.current_user.name}
    row = _row(department, identifier)
    if tk.request.method == "POST":
        try:
            asked = {"id": row["id"], "license_id": tk.request.form.get("license_id", "")}
            tk.get_action("nx_catalogue_import_apply")(context, asked)
        except tk.ValidationError as error:
            tk.h.flash_error("".join(map(str, error.error_summary.values())))
        except tk.NotAuthorized as error:
            return tk.abort(403, str(error.message or ""))
        return tk.redirect_to("nx_exchange.read", org=org, identifier=identifier)
    shown = tk.get_action("nx_catalogue_import_show")(context, {"id": row["id"]})
    waiting = shown["state"] in (table.QUEUED, table.READING, table.APPLYING)
    words = {"group_dict": department, "import_": shown, "waiting": waiting, "column_name": _column_name}
    words |= {
        "most_problems": MOST_PROBLEMS,
        "most_datasets": MOST_DATASETS,
        "has_file": row["has_file"],
        "states": states(),
    }
    return tk.render("catalogue_exchange/read.html", words)


def _column_name(number: int) -> str:
    return get_column_letter(number) if number else ""


def _row(department: dict[str, Any], identifier: str, kind: str = "") -> Any:
    """An import of the department; with ``kind`` only one of that kind that was read."""
    row = table.get(identifier)
    if row is None or row["organization_id"] != department["id"]:
        return tk.abort(404, tk._("There is no such import"))
    if kind and (row["kind"] != kind or "counts" not in row["report"]):
        return tk.abort(404, tk._("There is no such import"))
    return row


def marked(org: str, identifier: str) -> Any:
    """The workbook with comments on its bad cells."""
    department = _department(org)
    row = _row(department, identifier, jobs.WORKBOOK)
    if not row["has_file"]:
        return tk.abort(404, tk._("The file is no longer kept"))
    stem = row["file_name"].rpartition(".")[0] or row["file_name"]
    try:
        kept = table.get(identifier, with_file=True) or {}
        return download(report.mark_workbook(kept, writer.MARKING), f"{stem}_校验.xlsx", MEDIA_TYPES["xlsx"])
    except sandbox.SandboxError:
        return tk.abort(422, tk._("The workbook is too large to be marked: its mistakes stand on the page before"))


def receipt(org: str, identifier: str) -> Response:
    """The answer to an XML package."""
    row = _row(_department(org), identifier, jobs.XML)
    return download(report.build_receipt(row), f"{row['file_name']}_回执.xml", "application/xml")


def export_xml(org: str) -> Any:
    """The department's catalogue as XML; with ``since`` in the address only what changed since then."""
    department = _department(org, "nx_catalogue_export")
    since = tk.request.args.get("since", "")
    if re.fullmatch(r"\d{4}-\d\d-\d\d", since):
        since += "T00:00:00+08:00"  # a day of the reader's
    data = {"owner_org": department["id"], "format": "xml", "since": since}
    try:
        made = tk.get_action("nx_catalogue_export")({"user": tk.current_user.name}, data)
    except tk.ValidationError as error:
        return tk.abort(400, "".join(map(str, error.error_summary.values())))
    return download(base64.b64decode(made["content"]), made["file_name"], "application/xml")


def export(org: str, kind: str) -> Response:
    """The department's catalogue as workbook or CSV."""
    group = _group(_department(org, "nx_catalogue_export"))
    return download(
        exports.export_table(group, tk.current_user.name, kind), f"{group.title}_目录.{kind}", MEDIA_TYPES[kind]
    )


def template(org: str) -> Response:
    """The blank workbook."""
    group = _group(_department(org))
    return download(writer.template(forms.load(jobs.FORM), group.title), "目录填报模板.xlsx", MEDIA_TYPES["xlsx"])


exchange.add_url_rule("/", view_func=index, methods=["GET", "POST"])
exchange.add_url_rule("/export.<any(xlsx, csv):kind>", view_func=export)
exchange.add_url_rule("/export.xml", view_func=export_xml)
exchange.add_url_rule("/template.xlsx", view_func=template)
exchange.add_url_rule("/import/<identifier>", view_func=read, methods=["GET", "POST"])
exchange.add_url_rule("/import/<identifier>/marked.xlsx", view_func=marked)
exchange.add_url_rule("/import/<identifier>/receipt.xml", view_func=receipt)
