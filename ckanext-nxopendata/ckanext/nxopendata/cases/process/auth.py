"""Who may use the actions of the cases: whoever takes part; a step asks whose turn it is."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.process import case_store, participants


@tk.auth_allow_anonymous_access
def nx_case_kind_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: what can be asked for is no secret."""
    return {"success": True}


def nx_case_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who is known as surely as the kind asks; the action limits how often."""
    user = model.User.get(context.get("user") or "")
    if user is not None and not user.email and not user.sysadmin:
        return {"success": False, "msg": tk._("Write an e-mail address in your profile first: answers go there")}
    kind = registry.kinds().get(str((data_dict or {}).get("kind")))
    if kind is not None and not assurance.is_reached(assurance.find_level(user), kind.level):
        return {"success": False, "msg": _explain(kind.level)}
    return {"success": True}


def _explain(level: str) -> str:
    """What has to be confirmed before a kind may be asked for."""
    sentences = {
        "email": tk._("Confirm your e-mail address on the page of your account first"),
        "organisation": tk._("Only organisations that the office has confirmed may ask for this"),
        "department": tk._("Only departments may ask for this"),
    }
    return sentences.get(level, tk._("Log in to do this"))


def nx_case_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, their own and their departments'; the board is the office's."""
    user = model.User.get(context.get("user") or "")
    if (data_dict or {}).get("box") == "board" and not participants.is_supervisor(user):
        return {"success": False, "msg": tk._("The board of all cases is for the supervising office")}
    return {"success": True}


def nx_case_board_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The supervising office, as the board itself."""
    return nx_case_list(context, {"box": "board"})


def nx_case_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Who applied, who answers, and the office; of others' cases nobody learns that they are there."""
    return _taking_part(context, data_dict)


def nx_case_advance(context: Context, data_dict: DataDict) -> AuthResult:
    """As to read it; the definition of its kind says who takes which step."""
    return _taking_part(context, data_dict)


def nx_case_forward(context: Context, data_dict: DataDict) -> AuthResult:
    """Who answers it, and the office."""
    if participants.require_roles(context, data_dict) & set(case_store.STAFF):
        return {"success": True}
    return {"success": False, "msg": tk._("This step is not yours to take")}


def nx_case_message_create(context: Context, data_dict: DataDict) -> AuthResult:
    """As to read it."""
    return _taking_part(context, data_dict)


def _taking_part(context: Context, data_dict: DataDict) -> AuthResult:
    participants.require_roles(context, data_dict)
    return {"success": True}
