"""The methods of ``IAuthenticator`` by which CKAN asks when somebody signs in, and at every request."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Response, g, make_response
from flask_login import user_logged_in

from ckanext.nxopendata.core.sign_in import lockout, sessions

MOST_CHARACTERS = 1024
"""Of a name or a password that is looked at."""


class SignInPlugin:
    """Methods of ``IAuthenticator`` for the plugin that guards signing in."""

    def identify(self) -> None:
        """End the session at hand if it is over."""
        sessions.end_if_over()

    def login(self) -> Response | None:
        """Answer 429 instead of looking at the password where there were too many attempts."""
        if tk.request.method != "POST" or tk.current_user.is_authenticated:
            return None
        attempt = lockout.begin(tk.request.form.get("login", ""), tk.request.remote_addr or "")
        if isinstance(attempt, lockout.Attempt):
            g.nx_attempt = attempt
            return self._refuse_what_is_too_long()
        text = tk._("Too many failed attempts to log in. Please try again in {minutes} minutes.")
        summary = {"login": text.format(minutes=-(-attempt // 60))}
        response = make_response(tk.render("user/login.html", {"error_summary": summary}), 429)
        response.headers["Retry-After"] = str(attempt)
        return response

    def _refuse_what_is_too_long(self) -> Response | None:
        """Answer as to a wrong password: CKAN fails on one of more than 4,096 characters."""
        if all(len(tk.request.form.get(field, "")) <= MOST_CHARACTERS for field in ("login", "password")):
            return None
        tk.h.flash_error(tk._("Login failed. Bad username or password."))
        return make_response(tk.render("user/login.html"))

    def authenticate(self, identity: dict[str, Any]) -> None:
        """Leave the check to CKAN, but let it take the same time whether the account exists or not."""
        lockout.spend_the_time_of_a_check(identity.get("login") or "", identity.get("password") or "")


def watch() -> None:
    """Notice who signs in and out. Idempotent."""
    sessions.watch()
    user_logged_in.connect(_succeeded)


def _succeeded(sender: Any, **_: Any) -> None:
    attempt: lockout.Attempt | None = g.pop("nx_attempt", None)
    if attempt:
        attempt.succeeded()
