"""Template helpers of what cases name."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.references import lookup, places
from ckanext.nxopendata.core.language import join_words


def nx_case_marks(dataset_id: str) -> list[dict[str, Any]]:
    """What is being verified at a dataset, as :func:`places.list_marks`."""
    return places.list_marks(dataset_id)


def nx_case_cell_marks(dataset_id: str, resource_id: str) -> dict[tuple[int, str], str]:
    """The cells of a table that are being verified, as :func:`places.list_cell_marks`."""
    return places.list_cell_marks(dataset_id, resource_id)


def nx_case_item_marks(dataset_id: str) -> dict[str, str]:
    """The fields of an entry that are being verified: name -> number of the case."""
    return {one["item"]: one["number"] for one in places.list_marks(dataset_id) if one["item"]}


def nx_case_metadata_fields() -> list[tuple[str, str]]:
    """Name and label of the fields of an entry, in the reader's language."""
    return [(name, tk.h.scheming_language_text(label)) for name, label in places.list_metadata_fields()]


def nx_case_changes(case: dict[str, Any]) -> list[tuple[str, str]]:
    """The changes of a case's dataset since it came: id and what is told of each in a choice."""
    row = model.Session.get(Case, case["id"])
    told = []
    for change in lookup.list_changes(row) if row else ():
        fields = join_words(dict.fromkeys(tk.h.nx_review_field(one["path"]) for one in change["changes"]))
        told.append((change["id"], f"{tk.h.render_datetime(change['time'], '%Y-%m-%d %H:%M')} {fields}"[:120]))
    return told
