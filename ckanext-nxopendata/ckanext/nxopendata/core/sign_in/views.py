"""Asking for a new password. In place of CKAN's view, which took longer for names that exist."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import captcha
from flask import Blueprint, make_response

from ckanext.nxopendata.core.rate_limit import Limit
from ckanext.nxopendata.core.sign_in import jobs, reset_links
from ckanext.nxopendata.core.web import require_access

nx_sign_in = Blueprint("nx_sign_in", __name__)

ASKED = Limit("password reset", 10)
MOST_CHARACTERS = 254
"""Of a name or an e-mail address (RFC 5321)."""


@nx_sign_in.route("/user/reset", methods=["POST"])
def request_reset() -> Any:
    """Have a worker look for the account and write to it: the answer is the same, and as fast, whether there is one."""
    require_access("request_reset")
    try:
        captcha.check_recaptcha(tk.request)
        ASKED.check_reader("user")
    except captcha.CaptchaError:
        return _again(tk._("Bad Captcha. Please try again."), 400)
    except tk.ValidationError as error:
        return _again(" ".join(map(str, error.error_summary.values())), 429)
    name = tk.request.form.get("user", "").strip()
    if not name or len(name) > MOST_CHARACTERS or "\0" in name:
        return _again(tk._("Email is required"), 400)
    tk.enqueue_job(jobs.send_reset_links, [name], title="nx: reset letter")
    tk.h.flash_success(tk._("A reset link has been emailed to you (unless the account specified does not exist)"))
    return tk.redirect_to(tk.config["ckan.user_reset_landing_page"])


@nx_sign_in.before_app_request
def stay_signed_in() -> Any:
    """Sign nobody out by a link of another site: browsers say where a request began (Fetch Metadata)."""
    if tk.request.endpoint == "user.logout" and tk.request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        return tk.redirect_to("nx_portal.home")
    return None


@nx_sign_in.before_app_request
def check_reset_link() -> None:
    """Refuse a link to a new password that is of nobody, not the last one, used or too old: all with one answer."""
    if tk.request.endpoint != "user.perform_reset":
        return
    user, key = (tk.request.view_args or {}).get("id", ""), tk.request.args.get("key", "")
    if not reset_links.is_valid(user, key):
        tk.abort(403, tk._("This link has been used or is too old. Ask for a new one to choose a password."))


def _again(text: str, status: int) -> Any:
    tk.h.flash_error(text)
    return make_response(tk.render("user/request_reset.html"), status)
