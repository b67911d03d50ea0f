"""Pages of systems."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.web import (
    PAGE_SIZE,
    entry_form,
    query_values,
    require_department,
)

nx_register = Blueprint("nx_register", __name__, url_prefix="/register")

nx_system = Blueprint("nx_system", __name__, url_prefix="/system")
"""Where CKAN showed systems while they were datasets: leads to the register's pages."""


@nx_system.route("/")
@nx_system.route("/new")
def moved_list() -> Any:
    """Lead to the systems."""
    return tk.redirect_to("nx_register.systems")


@nx_system.route("/<id>")
@nx_system.route("/<page>/<id>")
def moved(id: str, page: str = "") -> Any:  # noqa: A002  CKAN's name for it in addresses
    """Lead to a system."""
    return tk.redirect_to("nx_register.system", id=id)


@nx_register.route("/")
def systems() -> str:
    """The systems that the reader may see."""
    choice = query_values("owner_org", "plan", "state", "q")
    page = tk.h.get_page_number(tk.request.args)
    try:
        found = act("nx_system_list", limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, **choice)
    except tk.ValidationError:
        return tk.abort(400, tk._("There is no such choice"))
    user = tk.current_user.name if tk.current_user.is_authenticated else None
    mine = roles.departments(user, write=True)
    return tk.render(
        "nx_register/systems.html",
        {
            "found": found,
            "choice": choice,
            "page": page,
            "pages": -(-found["count"] // PAGE_SIZE),
            "mine": mine,
            "whole": bool(user) and (bool(mine) or roles.sees_all(user) or bool(roles.departments(user))),
        },
    )


@nx_register.route("/systems/<id>")
def system(id: str) -> str:  # noqa: A002  CKAN's name for it in addresses
    """One system: its entry, its log, and what the reader may do."""
    shown = act("nx_system_show", id=id)
    whole = "id" in shown
    more: dict[str, Any] = {"roles": frozenset()}
    if whole:
        more = {
            "log": act("nx_system_log", id=id),
            "check": act("nx_system_check", id=id),
            "roles": roles.find_roles(tk.current_user.name, shown["owner_org"]),
        }
    return tk.render("nx_register/system.html", {"system": shown, "whole": whole} | more)


@nx_register.route("/systems/<id>/edit", methods=["GET", "POST"])
def system_edit(id: str) -> Any:  # noqa: A002  the same
    """The form of a system."""
    shown = act("nx_system_show", id=id)
    if "id" not in shown:
        return tk.abort(403, tk._("This is for the department itself and the supervising offices"))
    require_access("nx_system_update", id=id)
    return entry_form(
        "system",
        "nx_register.system",
        shown,
        lambda data: act("nx_system_update", **(data | {"id": shown["id"]})),
    )


@nx_register.route("/systems/new/<owner_org>", methods=["GET", "POST"])
def system_new(owner_org: str) -> Any:
    """The form of a new system."""
    require_access("nx_system_create", owner_org=owner_org)
    require_department(owner_org)
    empty = {"owner_org": owner_org, "nx_plan": "keep"}
    return entry_form(
        "system",
        "nx_register.system",
        empty,
        lambda data: act("nx_system_create", **(data | {"owner_org": owner_org})),
    )


@nx_register.route("/systems/<id>/dispose", methods=["POST"])
def system_dispose(id: str) -> Any:  # noqa: A002  the same
    """Dispose of a system."""
    data = {name: tk.request.form.get(name, "") for name in ("how", "date", "note")}
    try:
        act("nx_system_dispose", id=id, **data)
    except tk.ValidationError as problem:
        tk.h.flash_error("；".join(map(str, problem.error_summary.values())))
    return tk.redirect_to("nx_register.system", id=id)
