"""Where in a dataset something is wrong: a cell of a table, or a field of the entry; and which places are marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.cases.models import Case

MOST_MARKS = 100
"""Marks that one page shows; more than so many open cases on one dataset are no guide to anybody."""


def check(case: Case, context: Context) -> None:
    """Hold the place that a case names against the table and the entry: a mark shows no word of a stranger's own.

    Raises:
        tk.ValidationError: there is no such row, column or field.
    """
    answers = case.answers
    if answers.get("column") or answers.get("row"):
        _check_cell(case.resource_id, answers.get("column") or "", answers.get("row") or 1, context)
    if answers.get("item") and answers["item"] not in {name for name, _ in list_metadata_fields()}:
        raise tk.ValidationError({"item": [tk._("Choose one of the values that are offered")]})


def _check_cell(resource_id: str, column: str, row: int, context: Context) -> None:
    table = _find_table(resource_id, context)
    if table is None:
        message = tk._("Rows and columns are those of a table: report the cell from the page of its file")
        raise tk.ValidationError({"column": [message]})
    if column and column not in _list_names(table):
        raise tk.ValidationError({"column": [tk._("The table has no column of this name")]})
    if row > table["rows"]:
        raise tk.ValidationError({"row": [tk._("The table has no such row.")]})


def _list_names(table: dict[str, Any]) -> dict[str, str]:
    """The names by which pages in either language call the columns of a table -> ids."""
    names: dict[str, str] = {}
    for column in table["columns"]:
        names |= {name: column["id"] for name in (column["label_en"], column["label"], column["id"]) if name}
    return names


def list_cell_marks(dataset_id: str, resource_id: str) -> dict[tuple[int, str], str]:
    """Return the cells of a table that are being verified: row and id of the column -> number of the case.

    A row without a column stands as ``(row, "")``, a column without a row as ``(0, id)``.
    """
    marks = [one for one in list_marks(dataset_id) if one["resource_id"] == resource_id]
    marks = [one for one in marks if one["row"] or one["column"]]
    table = _find_table(resource_id, {"ignore_auth": True}) if marks else None
    names = _list_names(table) if table else {}
    return {(one["row"] or 0, names.get(one["column"] or "", "")): one["number"] for one in marks}


def _find_table(resource_id: str, context: Context) -> dict[str, Any] | None:
    if not resource_id:
        return None
    asked: Context = {"user": context.get("user") or "", "ignore_auth": bool(context.get("ignore_auth"))}
    try:
        found = tk.get_action("nx_table_show")(asked, {"id": resource_id})
    except (KeyError, tk.ObjectNotFound, tk.NotAuthorized):  # KeyError: a site without tables
        return None
    return found if found["state"] == "ready" else None


def list_metadata_fields() -> list[tuple[str, Mapping[str, str] | str]]:
    """Return name and label of each field of an entry that readers see."""
    schema = tk.h.scheming_get_dataset_schema("dataset") or {"dataset_fields": []}
    return [(field["field_name"], field.get("label") or field["field_name"]) for field in schema["dataset_fields"]]


def list_marks(dataset_id: str) -> list[dict[str, Any]]:
    """Return what is being verified at a dataset: ``number``, ``resource_id``, ``row``, ``column``, ``item`` each.

    The last four are None where the case does not name them.
    """
    query = sa.select(Case).where(Case.dataset_id == dataset_id, Case.marks).order_by(Case.serial).limit(MOST_MARKS)
    return [
        {"number": case.number, "resource_id": case.resource_id or None}
        | {name: case.answers.get(name) for name in ("row", "column", "item")}
        for case in model.Session.scalars(query)
    ]
