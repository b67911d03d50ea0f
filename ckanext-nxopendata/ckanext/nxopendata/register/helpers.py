"""Template helpers of the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.core import codelists, departments
from ckanext.nxopendata.core.language import join_words, reader_language
from ckanext.nxopendata.register import periods, roles
from ckanext.nxopendata.register.connection import queries
from ckanext.nxopendata.register.entries import entry_schema

WORDS: Mapping[str, LazyString] = {
    "detached": _("Detached from the business"),
    "replaceable": _("Replaceable by another system"),
    "idle": _("Capacity idle"),
    "unmaintained": _("No longer maintained"),
    "small": _("Small scope and low frequency"),
    "proposed": _("Waits for the department"),
    "confirmed": _("Confirmed by the department"),
    "contested": _("Contested by the department"),
    "cleared": _("Decided: clear away"),
    "kept": _("Decided: keep"),
    "connected": _("Connected"),
    "due": _("Not yet connected"),
    "overdue": _("Overdue"),
    "not_required": _("Not required"),
    "unknown": _("Not stated"),
    "blocked": _("No funds"),
    "exempt": _("Exempt"),
    "funds_unstated": _("Source of funds not clear"),
}
"""What is stored -> how it reads."""

FIELDS: Mapping[str, LazyString] = {
    "unit_type": _("Unit type"),
    "staff": _("Staff"),
    "posts": _("Authorised posts"),
    "leader_name": _("Person in charge"),
    "leader_post": _("Post of the person in charge"),
    "leader_phone": _("Telephone of the person in charge"),
    "contact_name": _("Contact person"),
    "contact_post": _("Post of the contact"),
    "contact_phone": _("Telephone of the contact"),
    "exemption": _("Exemption"),
    "exempt_until": _("Exempt until"),
    "file": _("File"),
    "sha256": "SHA-256",  # type: ignore[dict-item]
    "office": _("Signing office"),
}
"""What the log names that is no field of a schema -> how it reads."""


def nx_register_word(code: str) -> str:
    """A state or a sign in words."""
    return str(WORDS[code])


def nx_register_period(value: str) -> str:
    """A stored period as its reader writes it: 2015年6月, or 2015-06 in English."""
    return periods.chinese(value) if (tk.h.lang() or "").startswith("zh") else value


def nx_register_field_label(kind: str, name: str) -> str:
    """The label of a field of a ``system``, a ``project`` or a ``department`` in the reader's language."""
    if name in FIELDS:
        return str(FIELDS[name])
    platform = queries.platform(name.rpartition("_")[0])
    if kind == "department" and platform:
        return queries.title(platform.title, reader_language())
    field = entry_schema.find_field(kind, name)
    return tk.h.scheming_language_text(field["label"]) if field else name


def nx_register_schema(kind: str) -> dict[str, Any]:
    """The schema of a ``system`` or a ``project``, with its ``fields``."""
    return entry_schema.load(kind)


def nx_register_logged(kind: str, name: str, value: Any) -> str:
    """A value as the log kept it, in words; a dash where there was none."""
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, Mapping):
        return " / ".join(map(str, value.values()))
    if isinstance(value, list):
        return join_words(value)
    field = entry_schema.find_field(kind, name) or {}
    codelist = field.get("codelist") or ("connection_status" if name.endswith("_status") else "")
    if name == "unit_type":
        codelist = name
    if codelist:
        return codelists.label(codelist, str(value), reader_language())
    return nx_register_period(str(value)) if "period" in (field.get("validators") or "") else str(value)


def nx_register_links() -> list[dict[str, Any]]:
    """The pages of the register for this reader: ``{"url", "label", "current"}``."""
    user = getattr(tk.current_user, "name", None)
    signed_in = bool(user) and bool(roles.departments(user) or roles.sees_all(user))
    pages = [
        ("nx_register_dashboard.overview", tk._("Overview"), signed_in),
        ("nx_register.systems", tk._("Systems"), True),
        ("nx_register_tables.index", tk._("Official tables"), signed_in),
        ("nx_register_cleanup.verdicts", tk._("Clean-up"), signed_in),
        ("nx_register_integration.merging", tk._("Integration"), signed_in),
        ("nx_register_connection.board", tk._("Connection"), signed_in),
        ("nx_register_funding.funding_list", tk._("Operation funds"), signed_in),
        ("nx_register_projects.projects", tk._("Projects"), signed_in),
        ("nx_register_reports.tasks", tk._("Tasks of the plan"), signed_in),
        ("nx_register_ledger.notice_list", tk._("Notices to units"), signed_in),
        ("nx_register_ledger.dispatch_list", tk._("Sent to the State"), bool(user) and roles.sees_all(user)),
        ("nx_register_reports.index", tk._("Reports"), signed_in),
        ("nx_register_evaluation.index", tk._("Evaluation"), True),
        ("nx_register_audit.index", tk._("Audit"), signed_in),
    ]
    return [
        {"url": tk.h.url_for(endpoint), "label": label, "current": tk.request.endpoint == endpoint}
        for endpoint, label, shown in pages
        if shown
    ]


def nx_register_datasets(names: list[str]) -> list[tuple[str, str]]:
    """The datasets that a system names: (name, title in the reader's language); "" for what they may not open."""
    language = reader_language()
    return [(name, _dataset_title(name, language)) for name in names]


def _dataset_title(name: str, language: str) -> str:
    dataset = model.Package.get(name)
    if dataset is None or not tk.h.check_access("package_show", {"id": name}):
        return ""
    return departments.text(dataset.title or name, dataset.extras or {}, language)
