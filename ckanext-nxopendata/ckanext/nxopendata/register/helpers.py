"""Template helpers of the register."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.register import periods, roles

__all__ = ["nx_register_field_label", "nx_register_links", "nx_register_period", "nx_register_roles"]


def nx_register_period(value: str) -> str:
    """A stored period as its reader writes it: 2015年6月, or 2015-06 in English."""
    return periods.chinese(value) if (tk.h.lang() or "").startswith("zh") else value


def nx_register_roles(owner_org: str | None = None) -> frozenset[str]:
    """The reader's roles towards a department's rows; the supervising ones alone without a department."""
    return roles.of(getattr(tk.current_user, "name", None), owner_org)


def nx_register_field_label(kind: str, name: str) -> str:
    """The label of a field of ``system`` or ``project`` in the reader's language."""
    schema = tk.h.scheming_get_dataset_schema(kind) or {"dataset_fields": []}
    field = next((field for field in schema["dataset_fields"] if field["field_name"] == name), None)
    return tk.h.scheming_language_text(field["label"]) if field else name


def nx_register_links() -> list[dict[str, Any]]:
    """The pages of the register for this reader: ``{"url", "label", "current"}``."""
    user = getattr(tk.current_user, "name", None)
    signed_in = bool(user) and bool(roles.departments(user) or roles.sees_all(user))
    pages = [
        ("nx_register.systems", tk._("Systems"), True),
        ("nx_register_tables.index", tk._("Official tables"), signed_in),
        ("nx_register.projects", tk._("Projects"), signed_in),
    ]
    return [
        {"url": tk.h.url_for(endpoint), "label": label, "current": tk.request.endpoint == endpoint}
        for endpoint, label, shown in pages
        if shown
    ]
