"""Who does a duty: whoever was granted the data."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.process import participants


def nx_case_duty_perform(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied."""
    if APPLICANT in participants.require_roles(context, data_dict):
        return {"success": True}
    return {"success": False, "msg": tk._("The duties of a permission are the applicant's")}
