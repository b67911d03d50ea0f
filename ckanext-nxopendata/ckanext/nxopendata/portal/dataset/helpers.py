"""Template helpers of datasets, in lists and on their own pages."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.nxopendata.core import localised
from ckanext.nxopendata.core.language import is_chinese
from ckanext.nxopendata.portal.dataset import file_groups, metadata, view_model
from ckanext.nxopendata.portal.feedback import feedback_store


def nx_item(pkg: dict[str, Any]) -> view_model.Item:
    """What a list shows of a dataset: of one found by words, with what matched marked."""
    return view_model.list_item(pkg)


def nx_metadata_groups(dataset: dict[str, Any]) -> list[tuple[str, list[metadata.Row]]]:
    """The groups of a dataset's metadata that have something to show, titled in the reader's language."""
    return view_model.metadata_groups(dataset)


def nx_dataset_about(dataset: dict[str, Any]) -> dict[str, Any]:
    """What its page says beside a public dataset, kept for a minute: ``use``, ``versions`` (the newest three),
    ``versions_count``, ``related``, ``feedback`` and ``tables`` (file -> ``rows`` and ``encoding``)."""
    return view_model.public_record(dataset)


def nx_structured_data(pkg: dict[str, Any]) -> dict[str, Any]:
    """The dataset as search engines read it."""
    return view_model.structured_data(pkg)


def nx_feedback_kinds() -> list[tuple[str, str]]:
    """The kinds of feedback and their names."""
    names = {
        "question": tk._("Question"),
        "error": tk._("Error in the data"),
        "suggestion": tk._("Suggestion or wish"),
        "use": tk._("What I made of it"),
    }
    return [(kind, names[kind]) for kind in feedback_store.KINDS]


def nx_preview(resource: dict[str, Any], refused: bool = False) -> dict[str, Any]:
    """The first rows of an uploaded or mirrored file.

    Args:
        refused: whether no table could be made of the file; then it is not read whole for a preview either.

    Returns:
        ``{"table": preview.Table}``, or ``{"reason": code}`` where the code is one of ``preview.NoPreviewError``,
        ``elsewhere`` (the file stands on another server, which a page never asks), ``refused``, ``busy`` (it is being
        read for another reader) or ``guarded`` (this reader may not have the file; ``message`` says why and what to
        do).
    """
    return view_model.file_preview(resource, refused)


def nx_file_name(resource: dict[str, Any], dataset: dict[str, Any]) -> Markup:
    """The name of a file in the reader's language, marked with ``lang`` where there is none in it."""
    texts = localised.parse(dataset.get("title_translated") or dataset.get("title"))
    english = "" if is_chinese() else texts.get("en", "")
    return tk.h.nx_untranslated(file_groups.name_file(resource, texts.get("zh", ""), english))


def nx_file_groups(dataset: dict[str, Any], tables: dict[str, Any]) -> list[file_groups.FileGroup]:
    """The files of a dataset, those of one content in several formats as one.

    Args:
        tables: as ``nx_dataset_about`` gives them.
    """
    rows = {id_: table["rows"] for id_, table in tables.items() if table.get("rows")}
    return file_groups.group_files(dataset.get("resources") or (), rows)
