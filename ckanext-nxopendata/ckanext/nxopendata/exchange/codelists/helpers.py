"""Template helpers of code lists."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import lazy_gettext as _

LABELS = {
    "code": _("Code"),
    "label_zh": _("Chinese name"),
    "label_en": _("English name"),
    "parent": _("Broader code"),
    "status": _("State"),
    "successor": _("Replaced by the code"),
    "valid_from": _("May be chosen from"),
    "retired_on": _("Retired on"),
    "reason": _("Reason"),
    "codelist": _("Code list"),
}

STATES = {"current": _("In force"), "planned": _("From a later day on"), "retired": _("Retired")}

ACTIONS = {"create": _("Added"), "rename": _("Renamed"), "retire": _("Retired"), "restore": _("In force again")}


def nx_codelist_field(name: str) -> str:
    """The label of a field of a code."""
    return str(LABELS.get(name, name))


def nx_codelist_word(word: str) -> str:
    """What a state of a code or a step in its log is called."""
    return str(STATES.get(word) or ACTIONS.get(word) or word)


def nx_may_keep_codelists() -> bool:
    """Whether the reader may change code lists."""
    try:
        tk.check_access("nx_code_create", {"user": tk.current_user.name}, {})
    except tk.NotAuthorized:
        return False
    return True


def nx_codelist_change(change: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The fields that a line of the log changed: label, before, after; without what its own column says."""
    return [
        (nx_codelist_field(field), nx_codelist_word(before), nx_codelist_word(after))
        for field, (before, after) in sorted(change["changes"].items())
        if field != "code" and not (change["action"] == "create" and field == "status")
    ]
