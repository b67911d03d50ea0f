"""Template helpers of the harvest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.helpers import helper_functions

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.harvest import field_labels, messages
from ckanext.nxopendata.harvest.mirror import versions
from ckanext.nxopendata.harvest.models import FINAL, Json, KnownRecord, PlanEntry, Run, Source
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.sources import form, health
from ckanext.nxopendata.harvest.withdrawal import tombstone
from ckanext.nxopendata.review import difference

STILL = FINAL | {"held", "paused"}
"""States in which nothing happens by itself."""

TONES = {
    "done": "good",
    "held": "warn",
    "paused": "warn",
    "failed": "bad",
    "refused": "quiet",
    "cancelled": "quiet",
    "undone": "quiet",
    "good": "good",
    "waiting": "warn",
    "stale": "warn",
    "failing": "bad",
}


def nx_harvest_tabs() -> list[tuple[str, str, bool]]:
    """Endpoint, label and whether it is the reader's page, for each tab that the reader may open."""
    endpoint = tk.request.endpoint or ""
    tabs = [
        ("nx_harvest.index", tk._("Sources"), endpoint == "nx_harvest.index"),
        ("nx_harvest.health_page", tk._("Health"), endpoint == "nx_harvest.health_page"),
    ]
    if helper_functions["check_access"]("nx_webhook_list"):
        tabs.append(("nx_webhooks.index", "Webhook", endpoint.startswith("nx_webhooks.")))
    return tabs


def nx_harvest_state(state: str) -> str:
    """The state of a run in words."""
    words = {
        "pending": tk._("Waiting for a worker"),
        "planning": tk._("Reading and comparing"),
        "held": tk._("Waiting for a decision"),
        "applying": tk._("Writing"),
        "paused": tk._("Paused"),
        "done": tk._("Completed"),
        "failed": tk._("Failed"),
        "refused": tk._("Refused by a person"),
        "cancelled": tk._("Cancelled"),
        "undoing": tk._("Being undone"),
        "undone": tk._("Undone"),
    }
    return words.get(state, state)


def nx_harvest_tone(state: str) -> str:
    """``good``, ``warn``, ``bad`` or ``quiet``: how a state is coloured."""
    return TONES.get(state, "quiet")


def nx_harvest_verdict(verdict: str) -> str:
    """A source's health in words."""
    words = {
        "good": tk._("In order"),
        "waiting": tk._("Waiting for a decision"),
        "stale": tk._("Overdue"),
        "failing": tk._("Failing"),
        "new": tk._("Never harvested"),
        "paused": tk._("Paused"),
    }
    return words[verdict]


def nx_harvest_kind(kind: str) -> str:
    """A kind of step in words."""
    words = {
        "create": tk._("new"),
        "update": tk._("changed"),
        "unchanged": tk._("unchanged"),
        "withdraw": tk._("withdrawn"),
        "restore": tk._("restored"),
        "refused": tk._("refused record"),
        "duplicate": tk._("duplicate"),
    }
    return words.get(kind, kind)


def nx_harvest_entry_state(state: str) -> str:
    """The state of a step of a plan in words."""
    words = {
        "planned": tk._("planned"),
        "written": tk._("written, not yet in the index"),
        "done": tk._("done"),
        "refused": tk._("refused"),
        "skipped": tk._("left alone"),
        "reverted": tk._("undone, not yet in the index"),
        "undone": tk._("undone"),
    }
    return words.get(state, state)


def nx_harvest_stage(stage: str) -> str:
    """A stage of a run in words."""
    words = {"plan": tk._("Reading and comparing"), "apply": tk._("Writing"), "mirror": tk._("Copying files")}
    return words.get(stage, stage)


def nx_harvest_format(name: str) -> str:
    """A format in words."""
    return tk._("Detect by itself") if name == "auto" else form.nx_format(name)


def nx_harvest_counts(run: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The kinds of steps that a run has, with their numbers."""
    return [(kind, run["counts"][kind]) for kind in decisions.KINDS if run["counts"].get(kind)]


def nx_harvest_doubt(code: str) -> str:
    """Why a reading does not prove that it is complete."""
    return messages.sentence(code, {})


def nx_harvest_is_final(state: str) -> bool:
    """Whether nothing happens to a run by itself any more."""
    return state in STILL


def nx_harvest_field(name: str) -> str:
    """A field in words; the name itself where it is not one of ours."""
    return field_labels.field(name)


def nx_harvest_files(resource: Mapping[str, Any]) -> list[Json]:
    """The contents that a copied file had, newest first, as ``nx_harvest_file_list`` gives them to this reader."""
    if resource.get("url_type") != "upload" or not tk.h.check_access("nx_harvest_file_list", {"id": resource["id"]}):
        return []
    return versions.listed(resource)


def nx_harvest_setting(name: str) -> str:
    """A setting of a source or a webhook in words."""
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
    """Label and words of what a source has beside the settings that every source has; "" for what it has not."""
    title = helper_functions["nx_department_title"]
    choices = {name: dict(found) for name, found in form.choices([]).items()}
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
        if (fields := _mapped(source["mapping"]))
        else "",
    }
    return [(nx_harvest_setting(name), text) for name, text in words.items()]


def _mapped(mapping: Json) -> list[str]:
    parts = [name for part in (mapping.get("parts") or {}).values() for name in part]
    return [*(mapping.get("dataset") or {}), *parts, *(mapping.get("columns") or {})]


def nx_harvest_changes(changes: list[Json]) -> list[Json]:
    """The differences of a step, part by part, in words: ``{"label", "before", "after"}``."""
    before = {change["field"]: change["old"] for change in changes}
    after = {change["field"]: change["new"] for change in changes}
    label, value = helper_functions["nx_review_field"], helper_functions["nx_review_value"]
    return [
        {
            "label": label(list(found.path)),
            "before": value(list(found.path), found.before),
            "after": value(list(found.path), found.after),
        }
        for found in difference.changes(before, after, list(before))
    ]


def nx_harvest_progress(run: Mapping[str, Any]) -> dict[str, Any]:
    """How far a run is: ``{"done", "total", "percent", "speed"}``; ``total`` 0 while it is not known."""
    total = sum(run["counts"].get(kind, 0) for kind in ("create", "update", "restore", "withdraw"))
    query = sa.select(sa.func.count()).where(PlanEntry.run_id == run["id"], PlanEntry.kind != "unchanged")
    done = model.Session.scalar(query.where(PlanEntry.state.in_(("written", "done", "skipped")))) or 0
    return {
        "done": min(done, total),
        "total": total,
        "percent": round(100 * min(done, total) / total) if total else 0,
        "speed": health.speed(run["stages"], run["counts"]),
    }


def nx_harvest_provenance(dataset_id: str) -> dict[str, Any] | None:
    """Where a dataset was harvested: ``{"sources": [{name, title, first, seen, kept}]}``, None if it was not.

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
    found = [
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
    return {"sources": found} if found else None


def nx_harvest_titles(steps: list[Json]) -> dict[str, str]:
    """Id -> title of the datasets of those steps that have no title of their own, as withdrawals have not."""
    ids = [step["dataset_id"] for step in steps if step["dataset_id"] and not step["title"]]
    query = sa.select(model.Package.id, model.Package.title).where(model.Package.id.in_(ids))
    return {row.id: row.title or "" for row in model.Session.execute(query)} if ids else {}


def nx_harvest_withdrawn(dataset: Mapping[str, Any]) -> str | None:
    """When a dataset was withdrawn (UTC); None when it was not."""
    return next((extra["value"] for extra in dataset.get("extras") or () if extra["key"] == tombstone.FIELD), None)


def nx_harvest_may_see() -> bool:
    """Whether the reader has a source to look at: the office, or somebody of a department that has one."""
    name = getattr(tk.current_user, "name", "")
    if not name:
        return False
    if authz.is_sysadmin(name) or roles.is_office(name):
        return True
    mine = helper_functions["organizations_available"]("update_dataset")
    ids = [organization["id"] for organization in mine]
    query = sa.select(Source.id).where(Source.organization_id.in_(ids), Source.state != "deleted").limit(1)
    return bool(ids) and model.Session.scalar(query) is not None
