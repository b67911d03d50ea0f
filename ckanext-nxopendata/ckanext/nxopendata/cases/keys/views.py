"""The page of the keys of one's systems."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.cases.desk import forms
from ckanext.nxopendata.cases.keys import scope
from ckanext.nxopendata.core.web import act, call_action, require_login

nx_account_keys = Blueprint("nx_account_keys", __name__)

STEPS = {"create": "nx_account_key_create", "rotate": "nx_account_key_rotate", "revoke": "nx_account_key_revoke"}


@nx_account_keys.before_app_request
def keep_keys_to_grants() -> Any:
    """Refuse to a key whatever is not to take or to read a grant."""
    return scope.refuse()


@nx_account_keys.route("/account/keys", methods=["GET", "POST"])
def index() -> Any:
    """The keys of the reader's systems; a new one is shown on the answer to the form, and never again."""
    require_login(tk._("Log in to see your account"))
    tk.request.environ["__no_cache__"] = True
    form, made = tk.request.form, None
    if tk.request.method == "POST" and form.get("step") in STEPS:
        given = {name: form.get(name, "").strip() for name in ("system", "id", "days") if name in form}
        try:
            made = act(STEPS[form["step"]], **given)
            if made is None:
                tk.h.flash_success(tk._("The key is ended."))
        except tk.ValidationError as problem:
            tk.h.flash_error(forms.describe_problem(problem))
    return tk.render("nx_accounts/keys.html", {"keys": call_action("nx_account_key_list"), "made": made})
