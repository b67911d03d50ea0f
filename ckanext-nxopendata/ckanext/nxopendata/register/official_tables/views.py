"""Pages of the official tables, of their import, and of who answers for a department."""

from __future__ import annotations

import base64
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from openpyxl.utils import get_column_letter

from ckanext.nxopendata.core import codelists, web
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.tabular import sandbox
from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.register import attachment_store, roles
from ckanext.nxopendata.register.official_tables import actions, contacts, layout
from ckanext.nxopendata.register.official_tables.intake import importer
from ckanext.nxopendata.register.official_tables.models import Import
from ckanext.nxopendata.register.web import require_department

nx_register_tables = Blueprint("nx_register_tables", __name__, url_prefix="/register")

FORMATS = ("xlsx", "pdf", "csv")


@nx_register_tables.route("/tables")
def index() -> str:
    """The tables that the reader may have."""
    user = tk.current_user.name
    mine = roles.departments(user)
    if not mine and not roles.sees_all(user):
        tk.abort(403 if tk.current_user.is_authenticated else 401)
    return tk.render(
        "nx_register/tables.html",
        {"forms": _forms(), "mine": mine, "writes": roles.departments(user, write=True), "all": roles.sees_all(user)},
    )


@nx_register_tables.route("/tables/<number>")
def table(number: str) -> str:
    """A table as a page."""
    owner_org = tk.request.args.get("owner_org") or None
    filled = _filled(number, owner_org)
    return tk.render("nx_register/table.html", {"table": filled, "owner_org": owner_org, "forms": _forms()})


def _forms() -> list[layout.Layout]:
    return [layout.load(number) for number in layout.NUMBERS]


def _filled(number: str, owner_org: str | None) -> Any:
    if number not in layout.NUMBERS:
        return tk.abort(404)
    require_access("nx_system_table", number=number, owner_org=owner_org)
    if owner_org:
        require_department(owner_org)
    return actions.fill_table({"user": tk.current_user.name}, number, owner_org)


@nx_register_tables.route("/tables/<number>.<kind>")
def download(number: str, kind: str) -> Response:
    """A table as a file."""
    if number not in layout.NUMBERS or kind not in FORMATS:
        return tk.abort(404)
    made = act("nx_system_table", number=number, owner_org=tk.request.args.get("owner_org"), format=kind)
    return web.download(base64.b64decode(made["content"]), made["file_name"], web.MEDIA_TYPES[kind])


# Who answers for a department


@nx_register_tables.route("/units/<owner_org>", methods=["GET", "POST"])
def unit(owner_org: str) -> Any:
    """What tables 4 and 5 tell of a department."""
    sent = {name: tk.request.form[name] for name in contacts.FIELDS if name in tk.request.form}
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        try:
            act("nx_system_unit_update", id=owner_org, **sent)
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_tables.unit", owner_org=owner_org)
        except tk.ValidationError as problem:
            errors = problem.error_dict
    people = act("nx_system_unit_show", id=owner_org) | sent
    group = model.Group.get(owner_org)
    mine = roles.find_roles(tk.current_user.name, group.id if group else None)
    log = act("nx_system_unit_log", id=owner_org)
    shown = {
        "people": people,
        "owner_org": owner_org,
        "writes": bool(mine & (roles.COLLECTORS | {roles.EDITOR})),
        "writes_files": roles.EDITOR in mine,
        "attachments": attachment_store.list_attachments("unit", group.id if group else "", reader_language()),
        "log": log,
        "errors": errors,
        "unit_types": list(codelists.load("unit_type")),
    }
    return tk.render("nx_register/unit.html", shown)


# Import


@nx_register_tables.route("/import/<owner_org>", methods=["GET", "POST"])
def bring(owner_org: str) -> Any:
    """The entrance; a POST brings a file to preview."""
    require_access("nx_system_import_preview", owner_org=owner_org)
    require_department(owner_org)
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        try:
            made = act("nx_system_import_preview", owner_org=owner_org, upload=tk.request.files.get("upload"))
            return tk.redirect_to("nx_register_tables.show_import", identifier=made["id"])
        except tk.ValidationError as problem:
            errors = problem.error_summary
    collects = bool(roles.COLLECTORS & set(roles.supervising_offices(tk.current_user.name)))
    return tk.render("nx_register/bring.html", {"owner_org": owner_org, "errors": errors, "collects": collects})


@nx_register_tables.route("/imports/<identifier>", methods=["GET", "POST"])
def show_import(identifier: str) -> Any:
    """A preview or its outcome; a POST answers its questions or applies it."""
    if tk.request.method == "POST":
        try:
            if tk.request.form.get("step") == "apply":
                act("nx_system_import_apply", id=identifier)
            else:
                answers = {
                    name.removeprefix("answer-"): value
                    for name, value in tk.request.form.items()
                    if name.startswith("answer-") and value
                }
                act("nx_system_import_answer", id=identifier, answers=answers)
        except tk.ValidationError as problem:
            tk.h.flash_error("；".join(map(str, problem.error_summary.values())))
        return tk.redirect_to("nx_register_tables.show_import", identifier=identifier)
    shown = act("nx_system_import_show", id=identifier)
    return tk.render("nx_register/import.html", {"import_": shown, "column_name": _column_name})


def _column_name(number: int) -> str:
    return get_column_letter(number) if number else ""


@nx_register_tables.route("/imports/<identifier>/marked.xlsx")
def marked(identifier: str) -> Response:
    """The file with comments on its bad cells."""
    act("nx_system_import_show", id=identifier)
    row = model.Session.get(Import, identifier)
    if row is None:
        return tk.abort(404)
    stem = row.file_name.rpartition(".")[0] or row.file_name
    try:
        return web.download(importer.annotate_file(row), f"{stem}_校验.xlsx", web.MEDIA_TYPES["xlsx"])
    except sandbox.SandboxError:
        return tk.abort(422, tk._("The workbook is too large to be marked: its mistakes stand on the page before"))
