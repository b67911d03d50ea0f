"""Template helpers of runs and their plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib.helpers import helper_functions

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.harvest import doubts, field_labels
from ckanext.nxopendata.harvest.models import Json, KnownRecord, PlanEntry
from ckanext.nxopendata.harvest.planning import decisions
from ckanext.nxopendata.harvest.runs import states
from ckanext.nxopendata.harvest.runs.progress import compute_speed
from ckanext.nxopendata.review.pending import difference

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


def nx_harvest_withheld(source_id: str) -> list[dict[str, Any]]:
    """The published files from a source that the safety check keeps from the public, as ``nx_safety_list`` gives them;
    none on a site without that check."""
    if not p.plugin_loaded("nxopendata_safety"):
        return []
    held = [file for kind in ("recall", "recalled") for file in act("nx_safety_list", kind=kind, limit=500)["results"]]
    query = (
        sa.select(model.Package.name)
        .join(KnownRecord, KnownRecord.dataset_id == model.Package.id)
        .where(KnownRecord.source_id == source_id, model.Package.name.in_({file["dataset"] for file in held}))
    )
    names = set(model.Session.scalars(query))
    return [file for file in held if file["dataset"] in names]


def nx_harvest_state(state: str) -> str:
    """Return the state of a run in words."""
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
    """Return how a state is coloured: ``good``, ``warn``, ``bad`` or ``quiet``."""
    return TONES.get(state, "quiet")


def nx_harvest_kind(kind: str) -> str:
    """Return a kind of step in words."""
    words = {
        "create": tk._("new"),
        "update": tk._("changed"),
        "unchanged": tk._("unchanged"),
        "withdraw": tk._("withdrawn"),
        "restore": tk._("restored"),
        "refused": tk._("refused record"),
        "withheld": tk._("not public, not taken"),
        "duplicate": tk._("duplicate"),
    }
    return words.get(kind, kind)


def nx_harvest_entry_state(state: str) -> str:
    """Return the state of a step of a plan in words."""
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
    """Return a stage of a run in words."""
    words = {"plan": tk._("Reading and comparing"), "apply": tk._("Writing"), "mirror": tk._("Copying files")}
    return words.get(stage, stage)


def nx_harvest_counts(run: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the kinds of steps that a run has, with their numbers."""
    return [(kind, run["counts"][kind]) for kind in decisions.KINDS if run["counts"].get(kind)]


def nx_harvest_doubt(code: str) -> str:
    """Return why a reading does not prove that it is complete."""
    return doubts.sentence(code)


def nx_harvest_is_final(state: str) -> bool:
    """Tell whether nothing happens to a run by itself any more."""
    return state in states.WAITS


def nx_harvest_field(name: str) -> str:
    """Return a field in words; the name itself where it is not one of ours."""
    return field_labels.field(name)


def nx_harvest_changes(changes: list[Json]) -> list[Json]:
    """Return the differences of a step, part by part, in words: ``{"label", "before", "after"}``."""
    before = {change["field"]: change["old"] for change in changes}
    after = {change["field"]: change["new"] for change in changes}
    label, value = helper_functions["nx_review_field"], helper_functions["nx_review_value"]
    return [
        {
            "label": label(list(change.path)),
            "before": value(list(change.path), change.before),
            "after": value(list(change.path), change.after),
        }
        for change in difference.find_changes(before, after, list(before))
    ]


def nx_harvest_progress(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far a run is: ``{"done", "total", "percent", "speed"}``; ``total`` 0 while it is not known."""
    total = sum(run["counts"].get(kind, 0) for kind in ("create", "update", "restore", "withdraw"))
    query = sa.select(sa.func.count()).where(PlanEntry.run_id == run["id"], PlanEntry.kind != "unchanged")
    done = model.Session.scalar(query.where(PlanEntry.state.in_(("written", "done", "skipped")))) or 0
    return {
        "done": min(done, total),
        "total": total,
        "percent": round(100 * min(done, total) / total) if total else 0,
        "speed": compute_speed(run["stages"], run["counts"]),
    }


def nx_harvest_titles(steps: list[Json]) -> dict[str, str]:
    """Map ids to titles for the datasets of those steps that have no title of their own, as withdrawals have not."""
    ids = [step["dataset_id"] for step in steps if step["dataset_id"] and not step["title"]]
    query = sa.select(model.Package.id, model.Package.title).where(model.Package.id.in_(ids))
    return {row.id: row.title or "" for row in model.Session.execute(query)} if ids else {}
