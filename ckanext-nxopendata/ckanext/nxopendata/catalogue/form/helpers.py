"""Template helpers of the form of a dataset."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.scheming.helpers import scheming_get_dataset_schema

from ckanext.nxopendata.catalogue.form import missing
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import call_action


def nx_form_sections() -> list[dict[str, str]]:
    """The sections of the form of a dataset: ``id`` and ``label``."""
    return missing.list_sections(_fields(), reader_language())


def nx_form_section_id(field_name: str) -> str:
    """The id of the heading of the section that begins with this field."""
    return missing.section_id(field_name)


def nx_form_missing(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """What registration still needs of a form's data: ``field, label, section, text``."""
    return describe_missing(data)


def nx_form_items(pkg_id: str) -> list[dict[str, str]] | None:
    """The data items that the address asks to fill in (``items_from=<file>``); None where it asks for none."""
    resource_id = tk.request.args.get("items_from") if tk.request.method == "GET" else None
    if not resource_id or not pkg_id:
        return None
    try:
        return call_action("nx_dataset_items_suggest", id=pkg_id, resource_id=resource_id)["items"]
    except (tk.NotAuthorized, tk.ObjectNotFound, tk.ValidationError):
        return None


def nx_form_files(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The uploaded files of a dataset from which its data items can be filled in: ``id`` and ``name``."""
    files = data.get("resources") or ()
    return [
        {"id": file["id"], "name": file.get("name") or file.get("nx_file_name") or file["id"]}
        for file in files
        if isinstance(file, Mapping) and file.get("id") and file.get("url_type") == "upload"
    ]


def describe_missing(form: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what registration still needs of a form, as the page tells it in the reader's language."""
    return missing.describe(missing.find(form), _fields(), reader_language())


def _fields() -> list[dict[str, Any]]:
    schema = scheming_get_dataset_schema("dataset")
    return schema["dataset_fields"] if schema else []


def nx_is_day(value: str) -> bool:
    """Whether a text is a day as HTML's calendar writes it (YYYY-MM-DD)."""
    try:
        return dt.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
