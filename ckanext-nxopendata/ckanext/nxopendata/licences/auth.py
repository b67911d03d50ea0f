"""Who may ask about licences (anyone), and grant agreements (the providing department)."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import AuthResult, Context, DataDict
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles


def _anyone(context: Context, data_dict: DataDict) -> AuthResult:
    return {"success": True}


nx_licence_list = tk.auth_allow_anonymous_access(_anyone)
nx_licence_show = tk.auth_allow_anonymous_access(_anyone)
nx_licence_evaluate = tk.auth_allow_anonymous_access(_anyone)
nx_licence_combine = tk.auth_allow_anonymous_access(_anyone)
nx_licence_normalise = tk.auth_allow_anonymous_access(_anyone)


def _of_dataset(context: Context, dataset_id: Any) -> AuthResult:
    """Administrators of the department that provides the dataset; a missing dataset is for the action to report."""
    package = model.Package.get(str(dataset_id or ""))
    if package is None:
        return {"success": True}
    user = context.get("user", "")
    owner = package.owner_org
    if user and owner and authz.has_user_permission_for_group_or_org(owner, user, "admin"):
        return {"success": True}
    return {"success": False, "msg": tk._("Only administrators of the providing department may do this")}


def nx_agreement_grant(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    return _of_dataset(context, data_dict.get("dataset"))


def nx_agreement_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    return _of_dataset(context, data_dict.get("dataset"))


def nx_agreement_revoke(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the department that provides the dataset."""
    from ckanext.nxopendata.licences.agreements.models import Agreement

    found = model.Session.get(Agreement, str(data_dict.get("id") or ""))
    return _of_dataset(context, found.dataset_id if found else None)


AUTH = {"nx_agreement_count": roles.for_office(_("This is for the supervising office"))}  # numbers, no names
