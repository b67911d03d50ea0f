"""What ends the session of somebody who signed in, beside signing out.

A session notes when it began, when it was used last and by which password. It ends after a time without use, after a
time at all, and when the password changes. With ``SESSION_TYPE = redis`` it is kept on the server, so that a copied
cookie is worth nothing once its session has ended. A "remember me" cookie, which nothing could end, signs nobody in.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import ckan.plugins.toolkit as tk
from flask import g, session
from flask_login import logout_user, user_logged_in, user_logged_out

PREFIX = "ckanext.nxopendata.sign_in."
BEGUN, USED, PASSWORD = "nx_signed_in", "nx_used", "nx_password"
REFRESH_SECONDS = 60
"""The time of use is noted once in so many seconds, so that not every page writes to Redis."""


def watch() -> None:
    """Note the beginning of each session, and forget a session when its user signs out. Idempotent."""
    user_logged_in.connect(_begin)
    user_logged_out.connect(_forget)


def end_if_over() -> None:
    """Sign the user of the request at hand out if the session is over; for ``IAuthenticator.identify``."""
    if "_user_id" not in session or g.get("login_via_auth_header"):
        return
    now = time.time()
    if _is_over(tk.current_user, now):
        logout_user()
        g.user, g.userobj = "", None
    elif now - session[USED] > REFRESH_SECONDS:
        session[USED] = now


def _is_over(user: Any, now: float) -> bool:
    begun, used, password = (session.get(key) for key in (BEGUN, USED, PASSWORD))
    if not (user.is_authenticated and begun and used and password):
        return True
    return (
        now - used > 60 * tk.config[PREFIX + "idle_minutes"]
        or now - begun > 3600 * tk.config[PREFIX + "longest_hours"]
        or not hmac.compare_digest(password, _digest(user))
    )


def _begin(sender: Any, user: Any, **_: Any) -> None:
    session[BEGUN] = session[USED] = time.time()
    session[PASSWORD] = _digest(user)


def _forget(sender: Any, **_: Any) -> None:
    """Empty the session, but for the order to delete a "remember me" cookie."""
    remember = session.get("_remember")
    session.clear()
    if remember:
        session["_remember"] = remember


def _digest(user: Any) -> str:
    """Return what changes when the password of a user does, and tells nothing of it."""
    secret = tk.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{user.id} {user.password}".encode(), hashlib.sha256).hexdigest()[:32]
