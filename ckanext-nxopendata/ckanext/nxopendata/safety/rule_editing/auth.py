"""Who sees and writes the province's rules: the office and safety officers."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.safety.scanning import board


def nx_safety_rules_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers: who knows the rules knows how to pass by them."""
    return {"success": board.may_see_all(context.get("user") or ""), "msg": tk._("The office decides")}


def nx_safety_rules_update(context: Context, data_dict: DataDict) -> AuthResult:
    """The office and safety officers."""
    return nx_safety_rules_show(context, data_dict)
