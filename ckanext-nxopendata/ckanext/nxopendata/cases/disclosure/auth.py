"""Who reads the public register: everybody. Who votes: who has an account."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

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


def nx_case_between(context: Context, data_dict: DataDict) -> AuthResult:
    """The supervising office."""
    return {"success": roles.is_office(context.get("user"))}


def nx_case_vote_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Who has an account, once each."""
    return {"success": True}
