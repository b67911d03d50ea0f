"""Who reads the public register: everybody. Who votes: who has a confirmed address."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.applicants import assurance
from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_case_public_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: nobody is named."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_case_figures(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: only numbers."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_case_demand_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: the demands that a department has looked at."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_case_similar_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody: public datasets and demands; the action limits how often."""
    return {"success": True}


def nx_case_between(context: Context, data_dict: DataDict) -> AuthResult:
    """The supervising office."""
    return {"success": roles.is_office(context.get("user"))}


def nx_case_vote_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account with a confirmed address: accounts that cost nothing would be votes that cost nothing."""
    user = model.User.get(context.get("user") or "")
    if user is not None and not assurance.is_reached(assurance.find_level(user), "email"):
        return {"success": False, "msg": tk._("Confirm your e-mail address on the page of your account first")}
    return {"success": True}
