"""Who reads what a grant was used for: those who take part in its case."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import case_store, participants


def nx_case_use_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied, who answers, and the office."""
    case = model.Session.get(Case, data_dict.get("id") or "")
    if case is None or case_store.may_read(model.User.get(context.get("user") or ""), case):
        return {"success": True}
    return {"success": False, "msg": tk._("This case is for those who take part in it")}


def nx_case_use_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied: what was granted is theirs alone to take."""
    case = model.Session.get(Case, data_dict.get("id") or "")
    if case is None or APPLICANT in participants.find_roles(model.User.get(context.get("user") or ""), case):
        return {"success": True}
    return {"success": False, "msg": tk._("What was granted is for the applicant alone")}
