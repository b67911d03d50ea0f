"""Template helpers of bulk work."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.review.workflow.helpers import STEPS, nx_review_field, nx_review_value

MISSING: dict[str, LazyString] = {
    "licence": _("No clear licence"),
    "files": _("No files"),
    "contact": _("No telephone or e-mail"),
    "cycle": _("No update cycle"),
    "theme": _("No theme"),
    "class": _("No class"),
    "items": _("No data items"),
}


def nx_bulk_label(action: str) -> str:
    """A step or the edit of fields in words."""
    return tk._("Edit fields") if action == "edit" else str(STEPS[action])


def nx_review_missing() -> list[tuple[str, str]]:
    """What a list of cases can be narrowed to as missing: (key, words)."""
    return [(key, str(text)) for key, text in MISSING.items()]


def nx_bulk_codes(codelist: str) -> list[tuple[str, str]]:
    """The codes of a list that are in use, with their labels in the reader's language."""
    language = reader_language()
    found: dict[str, Any] = codelists.load(codelist)
    return [(code, entry.label(language)) for code, entry in found.items() if entry.status != "retired"]


def nx_bulk_licences() -> list[tuple[str, str]]:
    """The licences that a dataset can have, with their titles."""
    return [(key, title) for key, title in tk.h.nx_licence_titles() if key != "notspecified"]


def nx_bulk_fields(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """What an edit wrote: the fields' labels and values in words."""
    return [(nx_review_field([name]), nx_review_value([name], value)) for name, value in fields.items()]


def nx_review_filter_label(name: str) -> str:
    """What a part of the filter, or of the form of bulk work, is called."""
    labels = {
        "scope": tk._("Which"),
        "organization": tk._("Department"),
        "state": tk._("State"),
        "theme": tk._("Theme"),
        "missing": tk._("What is missing"),
        "older_than": tk._("Unchanged for"),
        "kind": tk._("Kind"),
        "q": tk._("Title"),
        "opinion": tk._("Opinion"),
        "fields": tk._("Fields"),
        "ids": tk._("Datasets"),
        "everything": tk._("Datasets"),
    }
    return labels.get(name) or nx_review_field([name])
