"""Who may read and replace the calendar."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core import roles


@tk.auth_allow_anonymous_access
def nx_workdays_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Holidays are public."""
    return {"success": True}


AUTH = {"nx_workdays_update": roles.for_office(_("The calendar is kept by the supervising office"))}
