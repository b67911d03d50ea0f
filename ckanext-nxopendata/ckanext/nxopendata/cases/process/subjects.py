"""What a new case is about: its dataset and file, the department that answers, the one that asks, its title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.cases.definitions.kind import DATASET, DEPARTMENT, Kind
from ckanext.nxopendata.cases.models import Case
from ckanext.nxopendata.cases.references import lookup, places
from ckanext.nxopendata.catalogue.schema import uscc
from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.language import join_words
from ckanext.nxopendata.licences import registry as licences

TITLE_FIELDS = ("subject", "need", "name")
"""Fields whose answer names the case; without one the dataset does."""


def fill(case: Case, kind: Kind, data: Mapping[str, Any], context: Context, user: model.User) -> None:
    """Fill in what the case is about, of the call that creates it.

    Raises:
        tk.ValidationError: a part is missing, or not theirs.
        tk.ObjectNotFound: there is no such dataset, or not for this person.
    """
    if kind.applicants == DEPARTMENT:
        case.applicant_org = _find_own_department(data.get("applicant_org") or "", user)
    if kind.about == DATASET:
        _fill_dataset(case, kind, data, context)
        lookup.resolve_datasets(case, kind, context)
    elif data.get("department"):
        case.owner_org = find_department(data["department"]).id
    case.title = next((case.answers[name] for name in TITLE_FIELDS if case.answers.get(name)), case.dataset_title)
    if (code := case.answers.get("uscc")) and not uscc.is_valid(code):
        raise tk.ValidationError({"uscc": [tk._("This is no unified social credit code: its check character differs")]})


def find_department(reference: str) -> Any:
    """Return an active department by id or name.

    Raises:
        tk.ValidationError: there is none.
    """
    department = lookup.find_department(reference)
    if department is None:
        raise tk.ValidationError({"department": [tk._("There is no such department")]})
    return department


def _find_own_department(wanted: str, user: model.User) -> str:
    own = roles.list_departments(user)
    found: Any = model.Group.get(wanted) if wanted else None
    if found is not None and found.id in own:
        return found.id
    if not wanted and len(own) == 1:
        return own[0]
    message = tk._("Choose the department that you apply for: you must be its editor or administrator")
    raise tk.ValidationError({"applicant_org": [message]})


def _fill_dataset(case: Case, kind: Kind, data: Mapping[str, Any], context: Context) -> None:
    if not data.get("dataset"):
        raise tk.ValidationError({"dataset": [tk._("Missing value")]})
    package: Any = lookup.find_dataset(data["dataset"], context)
    case.dataset_id, case.dataset_name, case.owner_org = package.id, package.name, package.owner_org or ""
    case.dataset_title = package.title or package.name
    if data.get("resource"):
        if data["resource"] not in {resource.id for resource in package.resources}:
            raise tk.ValidationError({"resource": [tk._("There is no such file in this dataset")]})
        case.resource_id = data["resource"]
    places.check(case, context)
    if any(state.in_force for state in kind.states) and not is_conditional(package):
        message = tk._("This dataset is open without conditions: nothing needs to be applied for")
        raise tk.ValidationError({"dataset": [message]})
    offered = set(list_columns(package))
    if offered and (unknown := [name for name in case.answers.get("columns", []) if name not in offered]):
        message = tk._("The dataset has no data item {names}").format(names=join_words(unknown))
        raise tk.ValidationError({"columns": [message]})


def is_conditional(package: Any) -> bool:
    """Return whether any file of a dataset is served under an agreement alone."""
    extras = package.extras or {}
    own = [(resource.extras or {}).get("license") for resource in package.resources]
    return any(
        licences.conditional_template(licence, extras.get("nx_is_open"), extras.get("nx_open_condition")) is not None
        for licence in (package.license_id, *filter(None, own))
    )


def list_columns(package: Any) -> list[str]:
    """Return the names of the data items of a dataset; [] where it lists none."""
    items = tk.get_action("package_show")({"ignore_auth": True}, {"id": package.id}).get("nx_items") or []
    return [item["name"] for item in items if item.get("name")]
