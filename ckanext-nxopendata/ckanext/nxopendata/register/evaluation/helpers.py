"""Template helpers of the evaluation: its arithmetic and its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from ckanext.nxopendata.core.language import zh_or_en
from ckanext.nxopendata.register.evaluation import scoring

STATES: Mapping[str, LazyString] = {
    "draft": _("Draft, not sent"),
    "sent": _("Sent to the unit"),
    "confirmed": _("No objection"),
    "objected": _("The unit objects"),
    "replied": _("Objection replied to"),
    "published": _("Published"),
}

REASONS: Mapping[str, LazyString] = {
    "no_dataset": _("no dataset of it is in the catalogue"),
    "overdue": _("update was due on {day}"),
    "not_shared": _("not shared"),
    "not_opened": _("not public, or without a file"),
    "incomplete": _("metadata missing: {fields}"),
    "not_readable": _("no file is machine-readable"),
    "answered_late": _("answered after {day}"),
    "unanswered": _("not answered by {day}"),
    "not_connected": _("not connected"),
    "not_disposed": _("not yet disposed of"),
    "not_satisfied": _("rated {rating} of 5 by who asked"),
    "late_report": _("submitted late, on {day}"),
    "silent": _("not submitted; was due on {day}"),
    "no_file": _("no file or interface"),
    "uses_nothing": _("uses no shared data"),
}
"""Why a record costs points -> how it reads."""


def nx_evaluation_state(state: str) -> str:
    """Where an evaluation stands, in words."""
    return str(STATES[state])


def nx_evaluation_text(texts: Mapping[str, str]) -> str:
    """A text of the indicators in the reader's language; "" for an empty one."""
    language = zh_or_en()
    return texts.get(language) or texts.get("zh") or ""


def nx_evaluation_reason(lost: Mapping[str, Any]) -> str:
    """Why a record costs points."""
    params = dict(lost["params"])
    if "fields" in params:
        fields = {field["field_name"]: field for field in _dataset_fields()}
        labels = [tk.h.scheming_language_text(fields[name]["label"]) for name in params["fields"] if name in fields]
        params["fields"] = tk._("; ").join(labels)
    return str(REASONS[lost["reason"]]).format(**params)


def _dataset_fields() -> list[dict[str, Any]]:
    return (tk.h.scheming_get_dataset_schema("dataset") or {}).get("dataset_fields", [])


def nx_evaluation_url(lost: Mapping[str, Any]) -> str:
    """The page of a record that costs points."""
    endpoints = {
        "system": "nx_register.system",
        "report": "nx_register_reports.show",
        "finding": "nx_register_audit.finding",
    }
    return tk.h.url_for(endpoints.get(lost["kind"], "dataset.read"), id=lost["id"])


def nx_evaluation_arithmetic(score: Mapping[str, Any]) -> str:
    """How a score came about, so that it can be done over by hand."""
    if score["points"] is None:
        return tk._("Not assessed: there is nothing to count; its {weight} points go to the others").format(**score)
    percent, full, zero = (Decimal(score[name]) for name in ("percent", "full", "zero"))
    if percent >= full:
        step = tk._("{percent}% ≥ {full}%, counted: {reached}%")
    elif percent <= zero and zero:
        step = tk._("{percent}% ≤ {zero}%, counted: {reached}%")
    elif zero:
        step = tk._("({percent}% − {zero}%) ÷ ({full}% − {zero}%) = {reached}%")
    else:
        step = tk._("{percent}% ÷ {full}% = {reached}%")
    frame = tk._("{numerator} ÷ {denominator} = {percent}%; {step}; {weight} × {reached}% = {points} points")
    return frame.format(**score, step=step.format(**score))


def nx_evaluation_sum(scores: list[Mapping[str, Any]], total: str | None) -> str:
    """How the total came about."""
    assessed = [score for score in scores if score["points"] is not None]
    if not assessed:
        return tk._("Nothing could be assessed")
    text = tk._("({points}) ÷ ({weights}) × 100 = {total}").format(
        points=" + ".join(score["points"] for score in assessed),
        weights=" + ".join(score["weight"] for score in assessed),
        total=total,
    )
    rest = [nx_evaluation_text(score["name"]) for score in scores if score["points"] is None]
    if not rest:
        return text
    spread = tk._("{sum}; not assessed, their points spread over the others: {names}")
    return spread.format(sum=text, names=tk._("; ").join(rest))


def nx_evaluation_weak(scores: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The scores that call for advice, the most points lost first."""
    return scoring.weak(scores)
