"""What an answer to a step names: a dataset, another case, a change of the dataset."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan.types import Context

from ckanext.nxopendata.cases.definitions.kind import ENDED, Kind, Step
from ckanext.nxopendata.cases.models import Case

MOST_CHANGES = 50
MOST_DATASETS = 20
FILE_FIELDS = ("hash", "url", "size")
"""Fields of a file that change with its bytes."""


def resolve(case: Case, step: Step, given: dict[str, Any], context: Context) -> dict[str, list[str]]:
    """Look up what the answers of a step name, and write into ``given`` by what it is known.

    Returns:
        What is wrong: field -> messages.
    """
    wrong: dict[str, str] = {}
    for field in step.fields:
        if field.type == "change":
            wrong[field.name] = _resolve_change(case, field.name, given)
        elif field.type == "dataset" and field.name in given:
            wrong[field.name] = _resolve_dataset(field.name, given, context)
        elif field.type == "case" and field.name in given:
            wrong[field.name] = _resolve_case(case, field.name, given)
        elif field.type == "department" and field.name in given:
            wrong[field.name] = _resolve_department(case, field.name, given)
    return {name: [message] for name, message in wrong.items() if message}


def find_department(reference: str) -> Any:
    """Return an active department by id or name; None where there is none."""
    found: Any = model.Group.get(reference)
    return found if found is not None and found.is_organization and found.state == "active" else None


def _resolve_department(case: Case, name: str, given: dict[str, Any]) -> str:
    found = find_department(given[name])
    if found is None:
        return tk._("There is no such department")
    given[name] = found.id
    return tk._("This department has the case already") if found.id == case.owner_org else ""


def _resolve_dataset(name: str, given: dict[str, Any], context: Context) -> str:
    try:
        found = find_dataset(given[name], context)
    except tk.ObjectNotFound as error:
        return str(error.message)
    given[name] = found.name
    if found.private or found.state != model.State.ACTIVE:
        return tk._("This dataset is not public yet: publish it first")
    return ""


def resolve_datasets(case: Case, kind: Kind, context: Context) -> None:
    """Look up the datasets that a form lists, and write their ids into its answers; each once, and not the first again.

    Raises:
        tk.ValidationError: there are too many, or one is not there or not public.
    """
    for name in [field.name for field in kind.fields if field.type == "datasets" and field.name in case.answers]:
        listed = case.answers[name]
        if len(listed) > MOST_DATASETS:
            message = tk._("At most {number} datasets can be named").format(number=MOST_DATASETS)
            raise tk.ValidationError({name: [message]})
        ids = []
        for reference in listed:
            given = {name: reference}
            if wrong := _resolve_dataset(name, given, context):
                raise tk.ValidationError({name: [f"{reference}: {wrong}"]})
            ids.append(find_dataset(given[name], context).id)
        case.answers[name] = [one for one in dict.fromkeys(ids) if one != case.dataset_id]


def _resolve_case(case: Case, name: str, given: dict[str, Any]) -> str:
    target = find_number(given[name])
    if target is None or target.kind != case.kind:
        return tk._("There is no case with this number")
    if target.id == case.id or target.phase == ENDED:
        return tk._("Name another case, one that is not over")
    given[name] = target.number
    return ""


def _resolve_change(case: Case, name: str, given: dict[str, Any]) -> str:
    if not p.plugin_loaded("activity"):  # a site that keeps no versions
        given.pop(name, None)
        return ""
    changes = [change["id"] for change in list_changes(case)]
    if not changes:
        if case.suspends:
            return tk._("No file was changed since this came: treat, replace or remove it first, then serve it again")
        return tk._("The dataset has not changed since this came: correct it and publish it first, then say so")
    if given.setdefault(name, changes[0]) not in changes:
        return tk._("Choose a change of this dataset, one that came after the report")
    return ""


def list_changes(case: Case) -> list[dict[str, Any]]:
    """Return the public changes of a case's dataset since it came, the newest first: ``id``, ``time``, ``changes``.

    Of a case for which files are withheld those alone that changed a file of those.
    """
    asked = {"id": case.dataset_id, "limit": MOST_CHANGES}
    try:
        found = tk.get_action("nx_dataset_versions")({"ignore_auth": True}, asked)["results"]
    except tk.ObjectNotFound:  # the dataset is gone
        return []
    return [
        one
        for one in found
        if one["kind"] == "changed"
        and one["time"] >= case.created.isoformat()
        and (not case.suspends or any(_is_treatment(case, change) for change in one["changes"]))
    ]


def _is_treatment(case: Case, change: dict[str, Any]) -> bool:
    """Whether a file that is withheld for a case went, or holds other bytes; one that was added treats none."""
    if not change["file"] or case.resource_id not in ("", change["file"]):
        return False
    path = change["path"]
    return change["after"] is None if len(path) == 2 else path[2] in FILE_FIELDS


def find_number(number: str) -> Case | None:
    """Return the case with a number, such as ``NX2026-000012``."""
    serial = number.strip().upper().rpartition("-")[2]
    if not serial.isascii() or not serial.isdecimal() or len(serial) > 15:
        return None
    found = model.Session.scalars(sa.select(Case).where(Case.serial == int(serial))).first()
    return found if found is not None and found.number == number.strip().upper() else None


def find_dataset(reference: str, context: Context) -> model.Package:
    """Return a dataset that the caller may see, by id, name or address.

    Raises:
        tk.ObjectNotFound: there is none.
    """
    package = model.Package.get(reference.rstrip("/").rpartition("/")[2])
    missing = tk.ObjectNotFound(tk._("There is no such dataset"))
    if package is None or package.type != "dataset":
        raise missing
    asked: Context = {"user": context.get("user") or "", "ignore_auth": bool(context.get("ignore_auth"))}
    try:
        tk.check_access("package_show", asked, {"id": package.id})
    except tk.NotAuthorized:
        raise missing from None
    return package
