"""Action of the form of a dataset: data items read from one of its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib import uploader
from ckan.types import Context, DataDict

from ckanext.nxopendata.catalogue.form import items_from_file
from ckanext.nxopendata.core.tabular import plan as reading_plan
from ckanext.nxopendata.core.tabular.errors import UnreadableError

WAITING = "nx_staged"
"""Key of a file that waits for review: the name under which it lies."""


@tk.side_effect_free
def nx_dataset_items_suggest(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """The columns of a dataset's file as its data items, for those who edit the dataset.

    The file is read by its reading plan, where somebody made one. A file that waits for review is read too.

    :param id: the id or name of the dataset
    :type id: string
    :param resource_id: the id of its file
    :type resource_id: string

    :returns: ``items``: a list of ``name``, ``type`` (code list ``item_type``) and, of texts and numbers, ``length``
    """
    dataset_id, resource_id = (str(tk.get_or_bust(data_dict, name)) for name in ("id", "resource_id"))
    tk.check_access("nx_dataset_items_suggest", context, {"id": dataset_id})
    editing: Context = {"user": context.get("user", ""), "for_update": True}
    dataset = tk.get_action("package_show")(editing, {"id": dataset_id})
    file = next((file for file in dataset["resources"] if file.get("id") == resource_id), None)
    path = _find_path(file) if file else None
    if file is None or path is None:
        raise tk.ObjectNotFound(tk._("There is no such file"))
    kind = str(file.get("format") or "").lower()
    try:
        return {"items": items_from_file.read_items(path, kind, _find_plan(resource_id))}
    except UnreadableError as error:
        raise tk.ValidationError({"resource_id": [explain_unreadable(error)]}) from None


def explain_unreadable(error: UnreadableError) -> str:
    """Return why a file gives no data items, in the reader's language."""
    if error.code in ("costly", "too_large", "too_many_cells"):
        return tk._("Reading this file takes too long: choose one with its first rows only, or fill in by hand")
    return tk._("No table was found in this file")


def _find_path(file: Mapping[str, Any]) -> Path | None:
    if file.get("url_type") != "upload":
        return None
    upload = uploader.get_resource_uploader(dict(file))
    path = Path(upload.get_path(str(file.get(WAITING) or file["id"])))
    return path if path.is_file() else None


def _find_plan(resource_id: str) -> reading_plan.Plan | None:
    """How the department wants the file read; None where nobody said, or the site makes no tables of files."""
    if not p.plugin_loaded("nxopendata_tables"):
        return None
    try:
        shown = tk.get_action("nx_table_plan_show")({"ignore_auth": True}, {"id": resource_id})
        return reading_plan.from_dict(shown["given"]) if shown["given"] else None
    except (tk.ObjectNotFound, reading_plan.PlanError):
        return None
