"""Forms sent by somebody who is logged in carry a CSRF token, whoever looked at the page before.

CKAN 2.12.0 means to excuse requests that come with an API token, or from nobody. It does so by
``csrf.exempt(view)``, which excuses the view for everybody until the process ends: after one anonymous visit a page
took any form. CKAN has no hook for it, so the check is made once more after its own.
"""

from __future__ import annotations

from typing import Any

from ckan.config.middleware.flask_app import csrf
from flask import Flask, current_app, g, request


def guard(app: Flask) -> None:
    """Check again, by what was exempt when the application was made."""
    excused = frozenset(csrf._exempt_views)

    @app.before_request
    def check() -> Any:
        if not current_app.config["WTF_CSRF_ENABLED"] or g.get("csrf_valid") or g.get("login_via_auth_header"):
            return
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None or f"{view.__module__}.{view.__name__}" in excused:
            return
        csrf.protect()
