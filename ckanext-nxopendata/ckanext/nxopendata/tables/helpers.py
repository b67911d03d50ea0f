"""Helpers of the templates: the page of a file."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.tables.overview.first_screen import FirstScreen, make_first_screen
from ckanext.nxopendata.tables.overview.table_page import TablePage, make_table_page
from ckanext.nxopendata.tables.page.file_view import FileView, make_file_view


def nx_table_page(resource: dict[str, Any]) -> TablePage | None:
    """Return what the page shows of a file's table for the question in the address; None where there is no table."""
    return make_table_page(resource, tk.request.args)


def nx_file_view(resource: dict[str, Any]) -> FileView | None:
    """Return how the page shows a stored file that is no table; None for what cannot be shown."""
    return make_file_view(resource)


def nx_first_screen(dataset: dict[str, Any]) -> FirstScreen | None:
    """Return what the page of a dataset shows of its data at once; None where the reader may read no table of it."""
    return make_first_screen(dataset)
