"""Pages of the funding rule."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.core.web import CSV, act, download
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.connection import queries
from ckanext.nxopendata.register.web import chosen_department, flash_refusal

nx_register_funding = Blueprint("nx_register_funding", __name__, url_prefix="/register")


@nx_register_funding.route("/funding", methods=["GET", "POST"])
def funding_list() -> Any:
    """The funding list; a POST exempts a system, or withdraws the exemption."""
    if tk.request.method == "POST":
        try:
            act("nx_system_exempt", **{name: tk.request.form.get(name, "") for name in ("id", "reason", "until")})
        except tk.ValidationError as problem:
            flash_refusal(problem)
        return tk.redirect_to("nx_register_funding.funding_list")
    lines = act("nx_system_funding", owner_org=chosen_department())
    exempts = bool(roles.supervising_offices(tk.current_user.name) & {roles.OFFICE, roles.FINANCE})
    return tk.render("nx_register/funding.html", {"lines": lines, "exempts": exempts, "since": queries.funding_since()})


@nx_register_funding.route("/funding.csv")
def funding_csv() -> Response:
    """The funding list as CSV, UTF-8 with a byte order mark."""
    lines = act("nx_system_funding", owner_org=chosen_department())
    head = (_("Department"), _("System"), _("Source of funds"), _("Funds"), _("Reason"), _("Exemption"))
    rows = [[str(text) for text in head]]
    for line in lines:
        exemption = line["exemption"]["reason"] if line["exemption"] else ""
        row = [
            line["department"],
            line["title"],
            line["funding"],
            tk.h.nx_register_word(line["state"]),
            tk.h.nx_register_funding(line),
            exemption,
        ]
        rows.append(row)
    return download(csv_out.to_bytes(rows), "funding.csv", CSV)
