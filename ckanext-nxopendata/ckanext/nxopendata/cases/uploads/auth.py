"""Who adds files to a case, and who has them."""

from __future__ import annotations

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from ckanext.nxopendata.cases.files import file_store
from ckanext.nxopendata.cases.files.models import CaseFile
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.process import participants


def nx_case_file_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who take part in the case."""
    participants.require_roles(context, data_dict)
    return {"success": True}


def nx_case_file_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who take part in the case; the action asks whose file it is."""
    return nx_case_file_create(context, data_dict)


@tk.auth_allow_anonymous_access
def nx_case_file_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody a picture of what is shown; of others nobody learns that they are there."""
    row = model.Session.get(CaseFile, str((data_dict or {}).get("file") or ""))
    case = model.Session.get(Case, row.case_id) if row is not None else None
    user = model.User.get(context.get("user") or "")
    if row is None or case is None or not (file_store.is_public(row, case) or participants.find_roles(user, case)):
        raise tk.ObjectNotFound(tk._("There is no such file"))
    return {"success": True}
