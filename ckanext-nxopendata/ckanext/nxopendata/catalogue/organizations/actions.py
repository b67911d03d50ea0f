"""The tree of departments."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language


@tk.side_effect_free
def nx_department_tree(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All departments, each after the one above it: ``name``, ``title`` in the reader's language, ``depth``."""
    tk.check_access("nx_department_tree", context, data_dict)
    return departments.tree(reader_language())
