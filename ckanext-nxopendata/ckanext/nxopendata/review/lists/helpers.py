"""Template helpers of the lists of the plan."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.review.workflow.helpers import nx_review_field

LISTS: dict[str, LazyString] = {
    "open": _("Open datasets"),
    "shareable": _("Datasets that can be shared"),
    "not_open": _("Datasets that are not open"),
    "plan": _("Open plan of the year"),
}

COLUMNS = {
    "open": ("nx_open_condition", "nx_update_cycle", "nx_publish_date"),
    "shareable": ("nx_share_type", "nx_share_condition", "nx_update_cycle"),
    "not_open": ("nx_share_type", "nx_share_condition", "nx_update_cycle"),
    "plan": ("nx_open_year", "nx_open_condition", "nx_update_cycle"),
}


def nx_list_kinds() -> list[tuple[str, str]]:
    """The lists of the plan and their titles."""
    return [(kind, str(title)) for kind, title in LISTS.items()]


def nx_list_columns(kind: str) -> list[tuple[str, str]]:
    """What the page of a list tells of a dataset beside its code, title and department: fields and headings."""
    basis = {"nx_share_condition": tk._("Basis")} if kind == "not_open" else {}
    return [(field, basis.get(field) or nx_list_heading(field)) for field in COLUMNS[kind]]


def nx_list_heading(column: str) -> str:
    """The heading of a column of these lists: the field's label in the schema."""
    if column == "department":
        return tk._("Provider")
    return nx_review_field(["title_translated" if column == "title" else column])
