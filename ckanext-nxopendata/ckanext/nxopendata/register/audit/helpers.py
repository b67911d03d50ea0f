"""Template helpers of the audit."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register.audit import export_lists


def nx_audit_state(state: str) -> str:
    """Where a finding stands, in words."""
    texts = {"open": tk._("Waits for the unit's reply"), "replied": tk._("Replied"), "closed": tk._("Closed")}
    return texts[state]


def nx_audit_lists() -> dict[str, str]:
    """The lists that can be exported, and their titles."""
    return {name: str(each.title) for name, each in export_lists.LISTS.items()}
