"""Who sees the suggested grade: who edits the dataset, and the office."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.safety.scanning.auth import nx_safety_show


def nx_safety_grade_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the dataset, and the office."""
    return nx_safety_show(context, data_dict)
