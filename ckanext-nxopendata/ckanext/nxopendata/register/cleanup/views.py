"""Pages of the clean-up."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.web import chosen_department, flash_refusal

nx_register_cleanup = Blueprint("nx_register_cleanup", __name__, url_prefix="/register")


@nx_register_cleanup.route("/clean-up")
def verdicts() -> str:
    """The proposals to clear systems away."""
    found = act("nx_system_verdict_list", owner_org=chosen_department())
    user = tk.current_user.name
    return tk.render(
        "nx_register/verdicts.html",
        {
            "verdicts": found,
            "office": roles.OFFICE in roles.supervising_offices(user),
            "mine": roles.departments(user, write=True),
        },
    )


@nx_register_cleanup.route("/clean-up/propose", methods=["POST"])
def propose() -> Any:
    """Compute the signs of all systems and propose."""
    made = act("nx_system_propose")
    tk.h.flash_success(tk._("Proposed: {count}").format(count=made["proposed"]))
    return tk.redirect_to("nx_register_cleanup.verdicts")


@nx_register_cleanup.route("/clean-up/<identifier>/answer", methods=["POST"])
def answer(identifier: str) -> Any:
    """The department's word."""
    form = tk.request.form
    try:
        act("nx_system_answer", id=identifier, confirm=form.get("confirm") == "1", reason=form.get("reason", ""))
    except tk.ValidationError as problem:
        flash_refusal(problem)
    return tk.redirect_to("nx_register_cleanup.verdicts")


@nx_register_cleanup.route("/clean-up/<identifier>/decide", methods=["POST"])
def decide(identifier: str) -> Any:
    """The office's word."""
    form = tk.request.form
    try:
        act("nx_system_decide", id=identifier, clear=form.get("clear") == "1", opinion=form.get("opinion", ""))
    except tk.ValidationError as problem:
        flash_refusal(problem)
    return tk.redirect_to("nx_register_cleanup.verdicts")
