"""Pages of the supervision of systems: clean-up, connection board, funding list, integration."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response
from markupsafe import Markup

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.tabular import csv_out
from ckanext.nxopendata.core.web import act
from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.connection import queries
from ckanext.nxopendata.register.integration import diagram, integration_plan
from ckanext.nxopendata.register.official_tables.views import MEDIA, sent
from ckanext.nxopendata.register.supervision import actions
from ckanext.nxopendata.register.systems import system_store
from ckanext.nxopendata.register.web import must

nx_register_supervision = Blueprint("nx_register_supervision", __name__, url_prefix="/register")


def _owner() -> str | None:
    return tk.request.args.get("owner_org") or None


def _refused(problem: Any) -> None:
    tk.h.flash_error("；".join(map(str, problem.error_summary.values())))


@nx_register_supervision.route("/clean-up")
def verdicts() -> str:
    """The proposals to clear systems away."""
    found = act("nx_system_verdict_list", owner_org=_owner())
    user = tk.current_user.name
    return tk.render(
        "nx_register/verdicts.html",
        {
            "verdicts": found,
            "office": roles.OFFICE in roles.supervising(user),
            "mine": roles.departments(user, write=True),
        },
    )


@nx_register_supervision.route("/clean-up/propose", methods=["POST"])
def propose() -> Any:
    """Compute the signs of all systems and propose."""
    made = act("nx_system_propose")
    tk.h.flash_success(tk._("Proposed: {count}").format(count=made["proposed"]))
    return tk.redirect_to("nx_register_supervision.verdicts")


@nx_register_supervision.route("/clean-up/<identifier>/answer", methods=["POST"])
def answer(identifier: str) -> Any:
    """The department's word."""
    form = tk.request.form
    try:
        act("nx_system_answer", id=identifier, confirm=form.get("confirm") == "1", reason=form.get("reason", ""))
    except tk.ValidationError as problem:
        _refused(problem)
    return tk.redirect_to("nx_register_supervision.verdicts")


@nx_register_supervision.route("/clean-up/<identifier>/decide", methods=["POST"])
def decide(identifier: str) -> Any:
    """The office's word."""
    form = tk.request.form
    try:
        act("nx_system_decide", id=identifier, clear=form.get("clear") == "1", opinion=form.get("opinion", ""))
    except tk.ValidationError as problem:
        _refused(problem)
    return tk.redirect_to("nx_register_supervision.verdicts")


@nx_register_supervision.route("/connection", methods=["GET", "POST"])
def board() -> Any:
    """The connection board; a POST says how far a unit is connected."""
    if tk.request.method == "POST":
        names = ("owner_org", "platform", "status", "date", "evidence")
        try:
            act("nx_system_connect", **{name: tk.request.form.get(name, "") for name in names})
        except tk.ValidationError as problem:
            _refused(problem)
        return tk.redirect_to("nx_register_supervision.board")
    user = tk.current_user.name
    office = roles.OFFICE in roles.supervising(user)
    found = act("nx_system_board", owner_org=_owner())
    mine = roles.departments(user, write=True)
    writable = [row for row in found["rows"] if row["owner_org"] and (office or row["owner_org"] in mine)]
    return tk.render("nx_register/board.html", {"board": found, "writable": writable})


@nx_register_supervision.route("/funding", methods=["GET", "POST"])
def funding() -> Any:
    """The funding list; a POST exempts a system, or withdraws the exemption."""
    if tk.request.method == "POST":
        try:
            act("nx_system_exempt", **{name: tk.request.form.get(name, "") for name in ("id", "reason", "until")})
        except tk.ValidationError as problem:
            _refused(problem)
        return tk.redirect_to("nx_register_supervision.funding")
    lines = act("nx_system_funding", owner_org=_owner())
    exempts = bool(roles.supervising(tk.current_user.name) & {roles.OFFICE, roles.FINANCE})
    return tk.render("nx_register/funding.html", {"lines": lines, "exempts": exempts, "since": queries.funding_since()})


@nx_register_supervision.route("/funding.csv")
def funding_csv() -> Response:
    """The funding list as CSV, UTF-8 with a byte order mark."""
    lines = act("nx_system_funding", owner_org=_owner())
    rows = [[tk._("Department"), tk._("System"), tk._("Funds"), tk._("Reason"), tk._("Exemption")]]
    for line in lines:
        exemption = line["exemption"]["reason"] if line["exemption"] else ""
        row = [
            line["department"],
            line["title"],
            tk.h.nx_register_word(line["state"]),
            tk.h.nx_register_funding(line),
            exemption,
        ]
        rows.append(row)
    return sent(csv_out.to_bytes(rows), "funding.csv", MEDIA["csv"])


@nx_register_supervision.route("/integration")
def merging() -> str:
    """Before and after, as pictures and as tables."""
    must("nx_system_integration", {"owner_org": _owner()})
    owners = actions.mine({"user": tk.current_user.name}, _owner())
    language = reader_language()
    shown = []
    for found in integration_plan.pictures(system_store.every(owners)):
        department = departments.title(found.owner_org, language)
        words = {
            "before": tk._("Now"),
            "after": tk._("Afterwards"),
            "cleared": tk._("Cleared away"),
            "undecided": tk._("To be merged; into what is open"),
            "title": tk._("Integration of the systems of {department}").format(department=department),
        }
        # Made of escaped text alone, see picture.svg.
        shown.append({"department": department, "picture": found, "svg": Markup(diagram.svg(found, words))})  # noqa: S704
    return tk.render("nx_register/integration.html", {"pictures": shown})
