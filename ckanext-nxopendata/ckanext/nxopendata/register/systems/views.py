"""Pages of the register: systems and projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.navl.dictization_functions import unflatten
from ckan.logic import clean_dict, parse_params, tuplize_dict
from flask import Blueprint

from ckanext.nxopendata.register import roles
from ckanext.nxopendata.register.systems import auth

nx_register = Blueprint("nx_register", __name__, url_prefix="/register")

PAGE = 50


def act(action: str, /, **data: Any) -> Any:
    """Call an action as the reader; 404 and 403 pages for what is not there or not theirs."""
    try:
        return tk.get_action(action)({"user": tk.current_user.name}, data)
    except tk.ObjectNotFound as problem:
        return tk.abort(404, str(problem.message or ""))
    except tk.NotAuthorized as problem:
        return tk.abort(403 if tk.current_user.is_authenticated else 401, str(problem.message or ""))


def _choice(*names: str) -> dict[str, str]:
    return {name: value for name in names if (value := tk.request.args.get(name, ""))}


def form_data() -> dict[str, Any]:
    """What a form sent, flat names unfolded."""
    data: dict[str, Any] = clean_dict(unflatten(tuplize_dict(parse_params(tk.request.form))))
    return {name: value for name, value in data.items() if not name.startswith("_")}


@nx_register.route("/")
def systems() -> str:
    """The systems that the reader may see."""
    choice = _choice("owner_org", "plan", "state", "q")
    page = tk.h.get_page_number(tk.request.args)
    try:
        found = act("nx_system_list", limit=PAGE, offset=(page - 1) * PAGE, **choice)
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
            "pages": -(-found["count"] // PAGE),
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
            "roles": roles.of(tk.current_user.name, shown["owner_org"]),
        }
    return tk.render("nx_register/system.html", {"system": shown, "whole": whole} | more)


@nx_register.route("/systems/<id>/edit", methods=["GET", "POST"])
def system_edit(id: str) -> Any:  # noqa: A002  the same
    """The form of a system."""
    shown = act("nx_system_show", id=id)
    if "id" not in shown:
        return tk.abort(403, tk._("This is for the department itself and the supervising offices"))
    must("nx_system_update", {"id": id})
    return _form("system", shown, lambda data: act("nx_system_update", **(data | {"id": shown["id"]})))


@nx_register.route("/systems/new/<owner_org>", methods=["GET", "POST"])
def system_new(owner_org: str) -> Any:
    """The form of a new system."""
    must("nx_system_create", {"owner_org": owner_org})
    must_be_a_department(owner_org)
    empty = {"owner_org": owner_org, "nx_plan": "keep"}
    return _form("system", empty, lambda data: act("nx_system_create", **(data | {"owner_org": owner_org})))


@nx_register.route("/systems/<id>/dispose", methods=["POST"])
def system_dispose(id: str) -> Any:  # noqa: A002  the same
    """Dispose of a system."""
    data = {name: tk.request.form.get(name, "") for name in ("how", "date", "note")}
    try:
        act("nx_system_dispose", id=id, **data)
    except tk.ValidationError as problem:
        tk.h.flash_error("；".join(map(str, problem.error_summary.values())))
    return tk.redirect_to("nx_register.system", id=id)


def must(action: str, data: Mapping[str, Any]) -> None:
    """A 403 (or 401) page for those who may not do ``action``."""
    try:
        tk.check_access(action, {"user": tk.current_user.name}, dict(data))
    except tk.NotAuthorized as problem:
        tk.abort(403 if tk.current_user.is_authenticated else 401, str(problem.message or ""))


def must_be_a_department(reference: str) -> None:
    """A 404 page where there is no such department: system administrators may do everything, to whatever there is."""
    if auth.department_id(reference) is None:
        tk.abort(404, tk._("There is no such department"))


def _form(kind: str, data: dict[str, Any], save: Any) -> Any:
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        data = data | form_data()
        try:
            saved = save(form_data())
        except tk.ValidationError as problem:
            errors = problem.error_dict
        else:
            tk.h.flash_success(tk._("Saved"))
            return tk.redirect_to(f"nx_register.{kind}", id=saved["name"])
    schema = tk.h.scheming_get_dataset_schema(kind)
    return tk.render("nx_register/form.html", {"kind": kind, "data": data, "errors": errors, "schema": schema})


# Projects


@nx_register.route("/projects")
def projects() -> str:
    """The projects that the reader may see."""
    choice = _choice("owner_org", "q")
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_project_list", limit=PAGE, offset=(page - 1) * PAGE, **choice)
    return tk.render(
        "nx_register/projects.html",
        {
            "found": found,
            "choice": choice,
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "mine": roles.departments(tk.current_user.name, write=True),
        },
    )


@nx_register.route("/projects/<id>", methods=["GET", "POST"])
def project(id: str) -> Any:  # noqa: A002  the same
    """One project: its filing, its log, and the steps; a POST takes one."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        step = {name: tk.request.form.get(name, "") for name in ("action", "opinion")}
        try:
            act("nx_project_decide", id=id, **step)
            return tk.redirect_to("nx_register.project", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_dict
    shown = act("nx_project_show", id=id)
    mine = roles.of(tk.current_user.name, shown["owner_org"])
    log = act("nx_project_log", id=id)
    return tk.render("nx_register/project.html", {"project": shown, "log": log, "roles": mine, "errors": errors})


@nx_register.route("/projects/<id>/edit", methods=["GET", "POST"])
def project_edit(id: str) -> Any:  # noqa: A002  the same
    """The form of a project."""
    shown = act("nx_project_show", id=id)
    must("nx_project_update", {"id": id})
    return _form("project", shown, lambda data: act("nx_project_update", **(data | {"id": shown["id"]})))


@nx_register.route("/projects/new/<owner_org>", methods=["GET", "POST"])
def project_new(owner_org: str) -> Any:
    """The form of a new project."""
    must("nx_project_create", {"owner_org": owner_org})
    must_be_a_department(owner_org)
    return _form("project", {}, lambda data: act("nx_project_create", **(data | {"owner_org": owner_org})))
