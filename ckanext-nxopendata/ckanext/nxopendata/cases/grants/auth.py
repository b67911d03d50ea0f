"""Who reads what a grant was used for: those who take part in its case."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.cases.process import participants


def nx_case_use_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied, who answers, and the office; with the key of a system who applied alone."""
    roles = participants.require_roles(context, data_dict)
    return {"success": APPLICANT in roles or not scope.find_system(), "msg": scope.explain()}


def nx_case_use_show(context: Context, data_dict: DataDict) -> AuthResult:
    """As to take it."""
    return nx_case_use_create(context, data_dict)


def nx_case_row_list(context: Context, data_dict: DataDict) -> AuthResult:
    """As to take it."""
    return nx_case_use_create(context, data_dict)


def nx_case_use_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied: what was granted is theirs alone to take."""
    if APPLICANT in participants.require_roles(context, data_dict):
        return {"success": True}
    return {"success": False, "msg": tk._("What was granted is for the applicant alone")}
