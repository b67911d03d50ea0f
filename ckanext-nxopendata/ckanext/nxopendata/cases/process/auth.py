"""Who may use the actions of the cases: whoever takes part; a step asks whose turn it is."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import case_store, participants


@tk.auth_allow_anonymous_access
def nx_case_kind_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: what can be asked for is no secret."""
    return {"success": True}


def nx_case_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account with an address; the action limits how often."""
    user = model.User.get(context.get("user") or "")
    if user is not None and not user.email and not user.sysadmin:
        return {"success": False, "msg": tk._("Write an e-mail address in your profile first: answers go there")}
    return {"success": True}


def nx_case_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own and their departments'; the board is the office's."""
    user = model.User.get(context.get("user") or "")
    if (data_dict or {}).get("box") == "board" and not participants.is_supervisor(user):
        return {"success": False, "msg": tk._("The board of all cases is for the supervising office")}
    return {"success": True}


def nx_case_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied, who answers, and the office; a case that is not there is for the action to report."""
    return _taking_part(context, data_dict)


def nx_case_advance(context: Context, data_dict: DataDict) -> AuthResult:
    """As to read it; the definition of its kind says who takes which step."""
    return _taking_part(context, data_dict)


def nx_case_message_create(context: Context, data_dict: DataDict) -> AuthResult:
    """As to read it."""
    return _taking_part(context, data_dict)


def _taking_part(context: Context, data_dict: DataDict) -> AuthResult:
    case = model.Session.get(Case, data_dict.get("id") or "")
    if case is None or case_store.may_read(model.User.get(context.get("user") or ""), case):
        return {"success": True}
    return {"success": False, "msg": tk._("This case is for those who take part in it")}
