"""What pages ask about files."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import has_request_context

from ckanext.nxopendata.core.file_access.decision import decide
from ckanext.nxopendata.core.file_access.interfaces import Access


def nx_resource_access(resource_id: str, *, rows: bool = False) -> Access:
    """The decision on a file, or on the rows of its table, for whoever looks at the page."""
    return decide(resource_id, tk.current_user.name if has_request_context() else "", rows=rows)
