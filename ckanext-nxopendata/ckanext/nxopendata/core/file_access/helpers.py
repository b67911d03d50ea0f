"""What pages ask about files."""

from __future__ import annotations

from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from flask import has_request_context

from ckanext.nxopendata.core.file_access.decision import decide, decide_all
from ckanext.nxopendata.core.file_access.interfaces import Access


def nx_resource_access(resource_id: str, *, rows: bool = False) -> Access:
    """The decision on a file, or on the rows of its table, for whoever looks at the page."""
    return decide(resource_id, _name_reader(), rows=rows)


def nx_resource_accesses(resource_ids: Iterable[str]) -> dict[str, Access]:
    """The decisions on several files for whoever looks at the page, by id."""
    return decide_all(resource_ids, _name_reader())


def _name_reader() -> str:
    return tk.current_user.name if has_request_context() else ""
