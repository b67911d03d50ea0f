"""The page of the integration of systems."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint
from markupsafe import Markup

from ckanext.nxopendata.core import departments
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.web import require_access
from ckanext.nxopendata.register import permissions
from ckanext.nxopendata.register.integration import diagram, integration_plan
from ckanext.nxopendata.register.systems import system_store
from ckanext.nxopendata.register.web import chosen_department

nx_register_integration = Blueprint("nx_register_integration", __name__, url_prefix="/register")


@nx_register_integration.route("/integration")
def merging() -> str:
    """Before and after, as pictures and as tables."""
    require_access("nx_system_integration", owner_org=chosen_department())
    owners = permissions.readable_departments({"user": tk.current_user.name}, chosen_department())
    language = reader_language()
    shown = []
    for found in integration_plan.pictures(system_store.list_systems(owners)):
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
