"""Template helpers of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.authz as authz
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.helpers import helper_functions

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.harvest import messages
from ckanext.nxopendata.harvest.models import Json, KnownRecord, Run, Source
from ckanext.nxopendata.harvest.sources import form, schedule


def nx_harvest_tabs() -> list[tuple[str, str, bool]]:
    """List endpoint, label and whether it is the reader's page, for each tab that the reader may open."""
    endpoint = tk.request.endpoint or ""
    tabs = [
        ("nx_harvest.index", tk._("Sources"), endpoint == "nx_harvest.index"),
        ("nx_harvest.health_page", tk._("Health"), endpoint == "nx_harvest.health_page"),
    ]
    if p.plugin_loaded("nxopendata_changes") and helper_functions["check_access"]("nx_webhook_list"):
        tabs.append(("nx_webhooks.index", "Webhook", endpoint.startswith("nx_webhooks.")))
    return tabs


def nx_harvest_schedule(cron: str) -> str:
    """When a source is harvested, in words."""
    return schedule.describe(cron) if cron else tk._("by hand only")


def nx_harvest_may_see() -> bool:
    """Tell whether the reader has a source to look at: the office, or somebody of a department that has one."""
    name = getattr(tk.current_user, "name", "")
    if not name:
        return False
    if authz.is_sysadmin(name) or roles.is_office(name):
        return True
    organizations = helper_functions["organizations_available"]("update_dataset")
    ids = [organization["id"] for organization in organizations]
    query = sa.select(Source.id).where(Source.organization_id.in_(ids), Source.state != "deleted").limit(1)
    return bool(ids) and model.Session.scalar(query) is not None


def nx_harvest_verdict(verdict: str) -> str:
    """Return a source's health in words."""
    words = {
        "good": tk._("In order"),
        "waiting": tk._("Waiting for a decision"),
        "stale": tk._("Overdue"),
        "failing": tk._("Failing"),
        "new": tk._("Never harvested"),
        "paused": tk._("Paused"),
    }
    return words[verdict]


def nx_harvest_format(name: str) -> str:
    """Return a format in words."""
    return tk._("Detect by itself") if name == "auto" else form.format_label(name)


def nx_harvest_setting(name: str) -> str:
    """Return a setting of a source or a webhook in words."""
    words = {
        "name": tk._("Short name"),
        "title": tk._("Title"),
        "url": tk._("Address"),
        "format": tk._("Format"),
        "organization": tk._("Department"),
        "departments": tk._("Further departments"),
        "schedule": tk._("Schedule"),
        "files": tk._("Files"),
        "licence": tk._("Licence of records that name none"),
        "priority": tk._("Priority"),
        "trust": tk._("Trust"),
        "options": tk._("Settings of the format"),
        "mapping": tk._("Field mapping"),
        "credentials": tk._("Credentials"),
        "limits": tk._("Limits"),
        "requests_per_second": tk._("Requests a second to one host"),
        "total_seconds": tk._("Seconds for one answer"),
        "max_megabytes": tk._("Megabytes of one answer"),
        "max_pages": tk._("Pages of the catalogue"),
        "max_records": tk._("Records of the catalogue"),
        "max_resources": tk._("Files of one dataset"),
        "max_keywords": tk._("Keywords of one dataset"),
        "fuse_percent": tk._("Share of the datasets that a run may withdraw by itself (%)"),
        "fuse_number": tk._("Datasets that a run may withdraw by itself"),
        "start": tk._("Begin with"),
    }
    return words.get(name, name)


def nx_harvest_settings(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List label and words of what a source has beside the settings that every source has; "" for what it has not."""
    title = helper_functions["nx_department_title"]
    choices = {name: dict(pairs) for name, pairs in form.choices([]).items()}
    limits = [f"{nx_harvest_setting(name)}: {number}" for name, number in source["limits"].items()]
    kind = source["credentials_kind"]
    words = {
        "departments": "、".join(title(name) for name in source["departments"]),
        "priority": str(source["priority"]),
        "trust": choices["trust"][source["trust"]],
        "credentials": choices["credentials_kind"].get(kind, messages.sentence("credentials_unreadable", {}))
        if kind
        else "",
        "limits": "; ".join(limits),
        "mapping": tk._("{number} fields differ from the format's mapping").format(number=len(fields))
        if (fields := _list_mapped_fields(source["mapping"]))
        else "",
    }
    return [(nx_harvest_setting(name), text) for name, text in words.items()]


def _list_mapped_fields(mapping: Json) -> list[str]:
    parts = [name for part in (mapping.get("parts") or {}).values() for name in part]
    return [*(mapping.get("dataset") or {}), *parts, *(mapping.get("columns") or {})]


def nx_harvest_provenance(dataset_id: str) -> dict[str, Any] | None:
    """Return where a dataset was harvested: ``{"sources": [{name, title, first, seen, kept}]}``, None if it was not.

    ``first`` is when it was first taken, ``seen`` when a run last compared it with its source.
    """
    last = sa.select(sa.func.max(Run.finished)).where(Run.source_id == Source.id, Run.state == "done")
    query = (
        sa.select(
            Source.name,
            Source.title,
            (Source.state == "deleted").label("deleted"),
            KnownRecord.state,
            KnownRecord.created,
            KnownRecord.kept,
            last.scalar_subquery().label("seen"),
        )
        .join(Source, Source.id == KnownRecord.source_id)
        .where(KnownRecord.dataset_id == dataset_id)
        .order_by(Source.priority, Source.name)
    )
    sources = [
        {
            "name": "" if row.deleted else row.name,
            "title": row.title,
            "state": row.state,
            "first": row.created.isoformat(),
            "seen": row.seen.isoformat() if row.seen and row.state == "present" else None,
            "kept": list(row.kept),
        }
        for row in model.Session.execute(query)
    ]
    return {"sources": sources} if sources else None
