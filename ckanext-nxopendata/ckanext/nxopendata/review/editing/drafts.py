"""New datasets of reviewed departments: each begins as a draft with a case of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import has_request_context, request
from markupsafe import Markup

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.workflow import cases
from ckanext.nxopendata.review.workflow.models import Case

PAGES = ("dataset", "dataset_resource")
"""CKAN's blueprints whose forms save datasets and files."""


def begin_case(context: Context, dataset: Mapping[str, Any]) -> None:
    """Open the case of a dataset that is just being created, where it has to be reviewed.

    Args:
        dataset: as ``IPackageController.after_dataset_create`` receives it.
    """
    if dataset.get("type", "dataset") != "dataset" or not roles.needs_review(context, dataset.get("owner_org")):
        return
    case = cases.begin(model.Session.get_one(model.Package, dataset["id"]), user_id(context))
    show_in_page(case, tk._("Saved as a draft. The public does not see it until it was reviewed."))


def user_id(context: Context) -> str:
    """Return the id of the user who writes; "" if there is none."""
    user = model.User.get(context.get("user"))
    return user.id if user else ""


def show_in_page(case: Case, message: str) -> None:
    """After a form was saved: say where it went, with the way to the review."""
    if has_request_context() and request.method == "POST" and request.blueprint in PAGES:
        link = Markup('{} <a href="{}">{}</a>').format(
            message, tk.url_for("nx_review.show", case_id=case.id), tk._("To the review")
        )
        tk.h.flash_notice(link, allow_html=True)
