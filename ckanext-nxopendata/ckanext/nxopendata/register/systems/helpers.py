"""Template helpers of the register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register import entry_schema, periods, roles
from ckanext.nxopendata.register.connection import queries

WORDS: Mapping[str, Callable[[], str]] = {
    "detached": lambda: tk._("Detached from the business"),
    "replaceable": lambda: tk._("Replaceable by another system"),
    "idle": lambda: tk._("Capacity idle"),
    "unmaintained": lambda: tk._("No longer maintained"),
    "small": lambda: tk._("Small scope and low frequency"),
    "proposed": lambda: tk._("Waits for the department"),
    "confirmed": lambda: tk._("Confirmed by the department"),
    "contested": lambda: tk._("Contested by the department"),
    "cleared": lambda: tk._("Decided: clear away"),
    "kept": lambda: tk._("Decided: keep"),
    "connected": lambda: tk._("Connected"),
    "due": lambda: tk._("Not yet connected"),
    "overdue": lambda: tk._("Overdue"),
    "not_required": lambda: tk._("Not required"),
    "unknown": lambda: tk._("Not stated"),
    "blocked": lambda: tk._("No funds"),
    "exempt": lambda: tk._("Exempt"),
}
"""What is stored -> how it reads, translated when called."""

FIELDS: Mapping[str, Callable[[], str]] = {
    "unit_type": lambda: tk._("Unit type"),
    "staff": lambda: tk._("Staff"),
    "posts": lambda: tk._("Authorised posts"),
    "leader_name": lambda: tk._("Person in charge"),
    "leader_post": lambda: tk._("Post of the person in charge"),
    "leader_phone": lambda: tk._("Telephone of the person in charge"),
    "contact_name": lambda: tk._("Contact person"),
    "contact_post": lambda: tk._("Post of the contact"),
    "contact_phone": lambda: tk._("Telephone of the contact"),
    "exemption": lambda: tk._("Exemption"),
    "exempt_until": lambda: tk._("Exempt until"),
    "file": lambda: tk._("File"),
}
"""What the log names that is no field of a schema -> how it reads, translated when called."""

EVIDENCE: Mapping[str, Callable[[], str]] = {
    "link_none": lambda: tk._("entered as detached from present business"),
    "never_used": lambda: tk._("entered as not used"),
    "last_used": lambda: tk._("last used for business {period}, {months} months ago (threshold: {threshold} months)"),
    "last_used_unknown": lambda: tk._("when it was last used is not entered"),
    "replaceable_by": lambda: tk._("entered as replaceable by {name}"),
    "replaceable_unknown": lambda: tk._("no system is entered that could replace it"),
    "resource_use": lambda: tk._("{percent}% of its capacity used on average (threshold: below {threshold}%)"),
    "resource_use_unknown": lambda: tk._("the use of its capacity is not entered"),
    "maintenance_stopped": lambda: tk._("entered as no longer updated"),
    "maintained": lambda: tk._("last maintained {period}, {months} months ago (threshold: {threshold} months)"),
    "maintained_unknown": lambda: tk._("when it was last maintained is not entered"),
    "frequency": lambda: tk._("used often: {frequency}"),
    "users": lambda: tk._("{users} users (threshold: up to {threshold})"),
    "users_unknown": lambda: tk._("the number of users is not entered"),
    "users_and_frequency": lambda: tk._("{users} users (threshold: up to {threshold}), used {frequency}"),
}
"""Evidence of a sign -> how it reads, translated when called."""


def nx_register_word(code: str) -> str:
    """A state or a sign in words."""
    return WORDS[code]()


def nx_register_evidence(sign: Mapping[str, Any]) -> str:
    """What in an entry says that a sign is met, or is not."""
    params = dict(sign["params"])
    if params.get("frequency"):
        params["frequency"] = codelists.label("use_frequency", params["frequency"], reader_language())
    if params.get("period"):
        params["period"] = nx_register_period(params["period"])
    return EVIDENCE[sign["evidence"]]().format(**params)


def nx_register_funding(line: Mapping[str, Any]) -> str:
    """Why a system is on the funding list."""
    status = codelists.label("connection_status", line["status"], reader_language())
    if not line["due"]:
        return tk._("{status}; is to be connected to the exchange platform").format(status=status)
    return tk._("{status}; was to be connected to the exchange platform by {due}").format(
        status=status, due=line["due"]
    )


def nx_register_period(value: str) -> str:
    """A stored period as its reader writes it: 2015年6月, or 2015-06 in English."""
    return periods.chinese(value) if (tk.h.lang() or "").startswith("zh") else value


def nx_register_field_label(kind: str, name: str) -> str:
    """The label of a field of a ``system``, a ``project`` or a ``department`` in the reader's language."""
    if name in FIELDS:
        return FIELDS[name]()
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
        return "、".join(map(str, value))
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
        ("nx_register_supervision.verdicts", tk._("Clean-up"), signed_in),
        ("nx_register_supervision.merging", tk._("Integration"), signed_in),
        ("nx_register_supervision.board", tk._("Connection"), signed_in),
        ("nx_register_supervision.funding", tk._("Operation funds"), signed_in),
        ("nx_register_projects.projects", tk._("Projects"), signed_in),
        ("nx_register_reports.tasks", tk._("Tasks of the plan"), signed_in),
        ("nx_register_reports.index", tk._("Reports"), signed_in),
        ("nx_register_evaluation.index", tk._("Evaluation"), True),
        ("nx_register_audit.index", tk._("Audit"), signed_in),
    ]
    return [
        {"url": tk.h.url_for(endpoint), "label": label, "current": tk.request.endpoint == endpoint}
        for endpoint, label, shown in pages
        if shown
    ]
