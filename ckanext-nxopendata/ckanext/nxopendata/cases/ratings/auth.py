"""Who rates an answer: who applied."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.definitions.kind import APPLICANT
from ckanext.nxopendata.cases.process import case_store, participants


def nx_case_rate(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied, and nobody who answered; of others' cases nobody learns that they are there."""
    held = participants.require_roles(context, data_dict)
    if APPLICANT in held and held & set(case_store.STAFF):
        return {"success": False, "msg": tk._("Who takes part in answering a case does not rate the answer")}
    if APPLICANT in held:
        return {"success": True}
    return {"success": False, "msg": tk._("Only those who applied rate the answer")}
