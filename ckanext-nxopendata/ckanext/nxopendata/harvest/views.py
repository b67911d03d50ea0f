"""The blueprint of the harvest's pages; the subjects add theirs to it."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import require_login

nx_harvest = Blueprint("nx_harvest", __name__, url_prefix="/harvest")


def _logged_in() -> None:
    require_login(tk._("Log in to see the harvests of your department"))


def _allowed(action: str, **data: Any) -> None:
    try:
        tk.check_access(action, {"user": tk.current_user.name}, data)
    except tk.NotAuthorized as error:
        tk.abort(403, str(error.message or ""))


nx_harvest.before_request(_logged_in)
