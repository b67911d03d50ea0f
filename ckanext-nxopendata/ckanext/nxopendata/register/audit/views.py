"""Pages of the audit: findings, samples, exports and their verification."""

from __future__ import annotations

import base64
from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response

from ckanext.nxopendata.core import web
from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.audit import export_lists

nx_register_audit = Blueprint("nx_register_audit", __name__, url_prefix="/register/audit")


@nx_register_audit.route("", methods=["GET", "POST"])
def index() -> Any:
    """The findings that the reader may see; a POST enters one."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        names = ("owner_org", "title", "text", "subject", "subject_id", "days")
        try:
            made = act("nx_audit_finding_create", **{name: tk.request.form.get(name, "") for name in names})
            return tk.redirect_to("nx_register_audit.finding", id=made["id"])
        except tk.ValidationError as problem:
            errors = problem.error_summary
    choice = {name: value for name in ("owner_org", "state") if (value := tk.request.args.get(name, ""))}
    try:
        found = act("nx_audit_finding_list", **choice)
    except tk.ValidationError:
        return tk.abort(400, tk._("There is no such choice"))
    user = tk.current_user.name
    about = {name: tk.request.args.get(name, "") for name in ("about", "about_id", "about_unit", "about_title")}
    return tk.render(
        "nx_audit/findings.html",
        {
            "findings": found,
            "choice": choice,
            "audits": roles.is_auditor(user),
            "supervises": roles.sees_all(user),
            "errors": errors,
            "data": tk.request.form,
            "about": about,
        },
    )


@nx_register_audit.route("/findings/<id>", methods=["GET", "POST"])
def finding(id: str) -> Any:  # noqa: A002  CKAN's name for it in addresses
    """One finding; a POST replies to it or decides."""
    errors: dict[str, Any] = {}
    form = tk.request.form
    if tk.request.method == "POST":
        try:
            if form.get("action"):
                names = ("action", "opinion", "days")
                act("nx_audit_finding_decide", id=id, **{name: form.get(name, "") for name in names})
            else:
                act("nx_audit_finding_reply", id=id, reply=form.get("reply", ""), evidence=form.get("evidence", ""))
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to("nx_register_audit.finding", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_summary
    shown = act("nx_audit_finding_show", id=id)
    user = tk.current_user.name
    return tk.render(
        "nx_audit/finding.html",
        {
            "finding": shown,
            "errors": errors,
            "data": form,
            "roles": roles.find_roles(user, shown["owner_org"]),
            "audits": roles.is_auditor(user),
        },
    )


@nx_register_audit.route("/sample")
def sample() -> str:
    """Draw a sample."""
    require_access("nx_audit_sample")
    names = ("of", "size", "seed", "owner_org")
    choice = {name: value for name in names if (value := tk.request.args.get(name, ""))}
    errors: dict[str, Any] = {}
    drawn = None
    if choice.get("of"):
        try:
            drawn = act("nx_audit_sample", **choice)
        except tk.ValidationError as problem:
            errors = problem.error_summary
    user = tk.current_user.name
    return tk.render(
        "nx_audit/sample.html",
        {"choice": choice, "drawn": drawn, "errors": errors, "audits": roles.is_auditor(user)},
    )


@nx_register_audit.route("/exports", methods=["GET", "POST"])
def exports() -> Any:
    """What was exported, the forms to export a list and to verify a file; a POST verifies."""
    errors: dict[str, Any] = {}
    verified = None
    if tk.request.method == "POST":
        upload = tk.request.files.get("upload")
        try:
            file = {"upload": upload} if upload and upload.filename else {}
            verified = act("nx_audit_verify", sha256=tk.request.form.get("sha256", ""), **file)
        except tk.ValidationError as problem:
            errors = problem.error_summary
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_audit_export_list", limit=50, offset=(page - 1) * 50)
    return tk.render(
        "nx_audit/exports.html",
        {"found": found, "page": page, "pages": -(-found["count"] // 50), "verified": verified, "errors": errors},
    )


@nx_register_audit.route("/export", methods=["POST"])
def export() -> Any:
    """Export a list as a file."""
    names = ("list", "format", *export_lists.FILTERS)
    data = {name: value for name in names if (value := tk.request.form.get(name, ""))}
    try:
        made = act("nx_audit_export", **data)
    except tk.ValidationError as problem:
        tk.h.flash_error("；".join(map(str, problem.error_summary.values())))
        return tk.redirect_to("nx_register_audit.exports")
    response: Response = web.download(
        base64.b64decode(made["content"]), made["file_name"], web.MEDIA_TYPES[data.get("format", "csv")]
    )
    response.headers["X-Content-SHA256"] = made["sha256"]
    return response
