"""Pages of the connection board."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.web import chosen_department, flash_refusal

nx_register_connection = Blueprint("nx_register_connection", __name__, url_prefix="/register")


@nx_register_connection.route("/connection", methods=["GET", "POST"])
def board() -> Any:
    """The connection board; a POST says how far a unit is connected."""
    if tk.request.method == "POST":
        names = ("owner_org", "platform", "status", "date", "evidence")
        try:
            act("nx_system_connect", **{name: tk.request.form.get(name, "") for name in names})
        except tk.ValidationError as problem:
            flash_refusal(problem)
        return tk.redirect_to("nx_register_connection.board")
    user = tk.current_user.name
    office = roles.OFFICE in roles.supervising_offices(user)
    found = act("nx_system_board", owner_org=chosen_department())
    mine = roles.departments(user, write=True)
    writable = [row for row in found["rows"] if row["owner_org"] and (office or row["owner_org"] in mine)]
    return tk.render("nx_register/board.html", {"board": found, "writable": writable})
