"""Pages of accounts: make one, confirm an address, name an organisation, and what the office confirms."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.cases.accounts import tokens
from ckanext.nxopendata.cases.desk.forms import is_filled_by_machine, make_stamp, read_stamp
from ckanext.nxopendata.core.web import act, call_action, require_access, require_login

nx_accounts = Blueprint("nx_accounts", __name__)


@nx_accounts.before_request
def keep_private() -> None:
    """Keep the pages out of every cache: each is one person's."""
    tk.request.environ["__no_cache__"] = True


def _render(name: str, **variables: Any) -> str:
    return tk.render(f"nx_accounts/{name}.html", variables)


@nx_accounts.route("/account/new", methods=["GET", "POST"])
def new() -> Any:
    """Ask for the letter by which an account is made."""
    require_access("nx_account_invite")
    form, errors = tk.request.form, {}
    if tk.request.method == "POST":
        _, wrong = read_stamp(form.get("stamp", ""))
        if wrong:
            errors = {"stamp": [wrong]}
        else:
            try:
                if not is_filled_by_machine(form):
                    call_action("nx_account_invite", email=form.get("email", ""))
                return _render("sent", email=form.get("email", ""))
            except tk.ValidationError as problem:
                errors = problem.error_dict
    return _render("new", values=form, errors=errors, stamp=make_stamp())


@nx_accounts.route("/account/new/<token>", methods=["GET", "POST"])
def finish(token: str) -> Any:
    """Choose a name and a password, by the link of the letter."""
    email = tokens.read_new_account(token)
    if email is None:
        return tk.abort(404, tk._("This link is not valid, or no longer. Ask for a new one."))
    form, errors = tk.request.form, {}
    if tk.request.method == "POST":
        fields = {name: form.get(name, "").strip() for name in ("name", "fullname")}
        try:
            act("nx_account_create", token=token, password=form.get("password", ""), **fields)
            tk.h.flash_success(tk._("Your account is made. Log in with the name and the password that you chose."))
            return tk.redirect_to("user.login")
        except tk.ValidationError as problem:
            errors = problem.error_dict
    return _render("finish", email=email, values=form, errors=errors)


@nx_accounts.route("/account")
def index() -> str:
    """How sure it is who the reader is."""
    require_login(tk._("Log in to see your account"))
    return _index({}, {})


def _index(values: Any, errors: Any) -> str:
    return _render("index", account=call_action("nx_account_show"), values=values, errors=errors)


@nx_accounts.route("/account/address", methods=["POST"])
def send() -> Any:
    """Have a letter sent that confirms the address."""
    require_login(tk._("Log in to see your account"))
    try:
        act("nx_account_confirmation_send")
        tk.h.flash_success(tk._("A letter is on its way to you. Open the address in it within a day."))
    except tk.ValidationError as problem:
        tk.h.flash_error(" ".join(map(str, problem.error_summary.values())))
    return tk.redirect_to("nx_accounts.index")


@nx_accounts.route("/account/address/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    """The link of the letter: a button, because mail scanners open every link."""
    if tokens.read_address(token) is None:
        return tk.abort(404, tk._("This link is not valid, or no longer. Ask for a new one."))
    if tk.request.method == "GET":
        return _render("button")
    try:
        act("nx_account_confirm", token=token)
    except tk.ValidationError as problem:
        return tk.abort(404, " ".join(map(str, problem.error_summary.values())))
    tk.h.flash_success(tk._("Your address is confirmed."))
    return tk.redirect_to("nx_accounts.index" if tk.current_user.is_authenticated else "user.login")


@nx_accounts.route("/account/organisation", methods=["POST"])
def organisation() -> Any:
    """Name the organisation that the reader acts for."""
    require_login(tk._("Log in to see your account"))
    given = {name: tk.request.form.get(name, "").strip() for name in ("name", "uscc")}
    try:
        act("nx_account_organisation_create", **given)
    except tk.ValidationError as problem:
        return _index(given, problem.error_dict)
    tk.h.flash_success(tk._("Received. The office looks at it; you find the answer here."))
    return tk.redirect_to("nx_accounts.index")


@nx_accounts.route("/account/organisations", methods=["GET", "POST"])
def organisations() -> Any:
    """What the office has to confirm."""
    require_access("nx_account_organisation_list")
    form = tk.request.form
    if tk.request.method == "POST":
        given = {name: form.get(name, "").strip() for name in ("id", "state", "reason")}
        try:
            act("nx_account_organisation_decide", **given)
            tk.h.flash_success(tk._("Done."))
        except tk.ValidationError as problem:
            tk.h.flash_error(" ".join(map(str, problem.error_summary.values())))
        return tk.redirect_to("nx_accounts.organisations")
    return _render("organisations", waiting=call_action("nx_account_organisation_list"))
