"""Who reads code lists and who keeps them."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_codelist_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Code lists are public."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def nx_codelist_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Code lists are public."""
    return {"success": True}


_for_the_office = roles.for_office(_("Code lists are kept by the supervising office"))

AUTH = {
    "nx_code_create": _for_the_office,
    "nx_code_update": _for_the_office,
    "nx_code_retire": _for_the_office,
    "nx_code_restore": _for_the_office,
    "nx_code_change_list": _for_the_office,
}
