"""Template helpers of the audit."""

from __future__ import annotations

from collections.abc import Mapping

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register.audit import export_lists


def nx_audit_state(state: str) -> str:
    """Where a finding stands, in words."""
    return _name_states()[state]


def _name_states() -> dict[str, str]:
    return {"open": tk._("Waits for the unit's reply"), "replied": tk._("Replied"), "closed": tk._("Closed")}


def nx_audit_lists() -> dict[str, str]:
    """The lists that can be exported, and their titles."""
    return {name: str(each.title) for name, each in export_lists.LISTS.items()}


def nx_audit_filter(chosen: Mapping[str, str]) -> str:
    """By what an exported list was narrowed, in words; "" where it was not."""
    names = {
        "owner_org": tk._("Department"),
        "plan": tk._("Plan"),
        "state": tk._("State"),
        "year": tk._("Year"),
        "since": tk._("From"),
        "until": tk._("Until"),
        "of": tk._("List"),
        "size": tk._("Size"),
        "seed": tk._("Seed"),
    }
    values = {"state": _name_states(), "of": nx_audit_lists()}

    def say(name: str, value: str) -> str:
        if name == "owner_org":
            return departments.title(value, reader_language())
        return values.get(name, {}).get(value, value)

    return ", ".join(f"{names.get(name, name)}: {say(name, str(value))}" for name, value in chosen.items())
