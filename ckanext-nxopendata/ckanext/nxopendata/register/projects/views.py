"""Pages of projects and of their filing."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from flask import Blueprint

from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import act, require_access
from ckanext.nxopendata.register import attachment_store, permissions, roles
from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.web import (
    PAGE_SIZE,
    entry_form,
    query_values,
    require_department,
)

nx_register_projects = Blueprint("nx_register_projects", __name__, url_prefix="/register")

nx_project = Blueprint("nx_project", __name__, url_prefix="/project")
"""Where CKAN showed projects while they were datasets: leads to the register's pages."""


@nx_project.route("/")
@nx_project.route("/new")
def moved_list() -> Any:
    """Lead to the projects."""
    return tk.redirect_to("nx_register_projects.projects")


@nx_project.route("/<id>")
@nx_project.route("/<page>/<id>")
def moved(id: str, page: str = "") -> Any:  # noqa: A002  CKAN's name for it in addresses
    """Lead to a project."""
    return tk.redirect_to("nx_register_projects.project", id=id)


@nx_register_projects.route("/projects")
def projects() -> str:
    """The projects that the reader may see."""
    choice = query_values("owner_org", "q")
    page = tk.h.get_page_number(tk.request.args)
    found = act("nx_project_list", limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE, **choice)
    return tk.render(
        "nx_register/projects.html",
        {
            "found": found,
            "choice": choice,
            "page": page,
            "pages": -(-found["count"] // PAGE_SIZE),
            "mine": roles.departments(tk.current_user.name, write=True),
        },
    )


@nx_register_projects.route("/projects/<id>", methods=["GET", "POST"])
def project(id: str) -> Any:  # noqa: A002  the same
    """One project: its filing, its log, and the steps; a POST takes one."""
    errors: dict[str, Any] = {}
    if tk.request.method == "POST":
        names = ("verdict", "opinion") if "verdict" in tk.request.form else ("action", "opinion")
        step = {name: tk.request.form.get(name, "") for name in names}
        try:
            act("nx_project_sign" if "verdict" in step else "nx_project_decide", id=id, **step)
            return tk.redirect_to("nx_register_projects.project", id=id)
        except tk.ValidationError as problem:
            errors = problem.error_dict
    shown = act("nx_project_show", id=id)
    mine = roles.find_roles(tk.current_user.name, shown["owner_org"])
    log = act("nx_project_log", id=id)
    files = attachment_store.list_attachments(Project.KIND, shown["id"], reader_language())
    return tk.render(
        "nx_register/project.html",
        {"project": shown, "log": log, "roles": mine, "errors": errors, "attachments": files},
    )


@nx_register_projects.route("/projects/<id>/edit", methods=["GET", "POST"])
def project_edit(id: str) -> Any:  # noqa: A002  the same
    """The form of a project."""
    shown = act("nx_project_show", id=id)
    require_access("nx_project_update", id=id)
    return entry_form(
        "project",
        "nx_register_projects.project",
        shown,
        lambda data: act("nx_project_update", **(data | {"id": shown["id"]})),
    )


@nx_register_projects.route("/projects/new/<owner_org>", methods=["GET", "POST"])
def project_new(owner_org: str) -> Any:
    """The form of a new project."""
    require_access("nx_project_create", owner_org=owner_org)
    require_department(owner_org)
    return entry_form(
        "project",
        "nx_register_projects.project",
        {"owner_org": permissions.department_id(owner_org)},
        lambda data: act("nx_project_create", **(data | {"owner_org": owner_org})),
    )
