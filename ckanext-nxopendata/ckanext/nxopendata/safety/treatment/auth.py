"""Who treats a file: who edits it, and the office."""

from __future__ import annotations

from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.safety.scanning.auth import nx_safety_scan


def nx_safety_treatment_preview(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)


def nx_safety_treatment_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)


def nx_safety_treatment_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)


def nx_safety_treatment_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)


def nx_safety_privacy_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Who edits the file, and the office."""
    return nx_safety_scan(context, data_dict)
