"""Actions of projects and of their filing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.projects import filing, red_flags, review, schema
from ckanext.nxopendata.register.projects.models import Project
from ckanext.nxopendata.register.schema import by_id

DECIDED = frozenset({"nx_filing_state", "nx_filing_number", "nx_conditions"})
"""Fields of a project that only the steps of its filing set."""


@tk.side_effect_free
@validate(schema.listing)
def nx_project_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The projects that you may see, the newest first: those of your departments; all, for the supervising offices.

    :param owner_org: only of this department, id or name (optional)
    :param q: a part of the name (optional)
    :param limit: how many (optional, default 100, at most 1000)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, each as :func:`nx_project_show`
    """
    tk.check_access("nx_project_list", context, data_dict)
    user = context.get("user")
    owners = None if roles.sees_all(user) else roles.departments(user)
    if wanted := data_dict.get("owner_org"):
        identifier = permissions.department_id(wanted)
        owners = [identifier or ""] if owners is None or identifier in owners else []
    words = (data_dict.get("q") or "").casefold()
    chosen = [project for project in filing.list_projects(owners) if words in project.title.casefold()]
    start = data_dict["offset"]
    page = chosen[start : start + data_dict["limit"]]
    with memo_scope(project.id for project in page):
        facts = review.load_facts() if page else None
        results = [_to_api(context, project, facts) for project in page]
    return {"count": len(chosen), "results": results}


def _to_api(context: Context, project: Project, facts: red_flags.Facts | None = None) -> dict[str, Any]:
    mine = roles.find_roles(context.get("user"), project.owner_org)
    return filing.to_api(project, reader_language(), mine, facts)


def _find_project(action: str, context: Context, reference: str) -> Project:
    project = filing.find_project(reference)
    if project is None and roles.sees_all(context.get("user")):
        raise tk.ObjectNotFound(tk._("There is no such project"))
    tk.check_access(action, context, {"id": reference})
    if project is None:
        raise tk.ObjectNotFound(tk._("There is no such project"))
    return project


@tk.side_effect_free
@validate(by_id)
def nx_project_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A project with its filing: the fields of ``schemas/project.yaml``, ``steps`` that you may take.

    Further ``systems`` (those of the register that it names), ``flags`` (what speaks against it: ``code, clause,
    system, detail, text``), ``missing`` (fields without which it is not submitted), ``signatures`` (``office, title,
    verdict, opinion, user, time``), ``next_signer`` and whether you sign next (``signs``).

    :param id: its id or name
    """
    project = _find_project("nx_project_show", context, data_dict["id"])
    with memo_scope([project.id]):
        return _to_api(context, project)


@tk.side_effect_free
@validate(by_id)
def nx_project_log(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All that ever happened to a project, oldest first.

    :param id: its id or name
    """
    return log.read(Project.KIND, _find_project("nx_project_log", context, data_dict["id"]).id)


def nx_project_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Enter a project of your department, as a draft.

    :param owner_org: the department, id or name
    :param title: its name; or ``title_translated``

    Further the fields of ``schemas/project.yaml``.
    """
    owner = tk.get_or_bust(data_dict, "owner_org")
    tk.check_access("nx_project_create", context, data_dict)
    department = permissions.department_id(owner)
    if department is None:
        raise tk.ObjectNotFound(tk._("There is no such department"))
    fields = _fields(data_dict) | {"nx_filing_state": filing.DRAFT}
    project = entry_store.create(Project, context.get("user") or "", department, fields)
    model.Session.commit()
    return nx_project_show(context, {"id": project.id})


def nx_project_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change fields of a project while it is a draft or was returned; what is not named stays.

    :param id: its id or name
    """
    project = _find_project("nx_project_update", context, tk.get_or_bust(data_dict, "id"))
    if filing.state_of(project) not in filing.EDITABLE:
        raise tk.ValidationError({"id": [tk._("The project was submitted: recall it before you edit it")]})
    entry_store.update(project, context.get("user") or "", _fields(data_dict))
    model.Session.commit()
    return nx_project_show(context, {"id": project.id})


@validate(schema.step)
def nx_project_decide(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Take one step of a filing.

    :param id: the project, id or name
    :param action: ``submit`` or ``recall``, for the department; ``file``, ``file_with_conditions``, ``return`` or
        ``refuse``, for the office
    :param opinion: the conditions, or why it is returned or refused
    """
    project = _find_project("nx_project_decide", context, data_dict["id"])
    user = context.get("user") or ""
    mine = roles.find_roles(user, project.owner_org)
    filing.take_step(project, data_dict["action"], user, mine, data_dict.get("opinion") or "")
    model.Session.commit()
    return nx_project_show(context, {"id": project.id})


@validate(schema.signature)
def nx_project_sign(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Sign a submitted project for your office, when it is its turn: development, finance, establishment commission.

    :param id: the project, id or name
    :param verdict: ``agree`` or ``object``
    :param opinion: needed to object, and where there are red flags
    """
    project = _find_project("nx_project_sign", context, data_dict["id"])
    if filing.state_of(project) != filing.SUBMITTED:
        raise tk.ValidationError({"id": [tk._("This step is not possible now; look at the current state")]})
    user = context.get("user") or ""
    mine = roles.find_roles(user, project.owner_org)
    review.sign(project, user, mine, data_dict["verdict"], data_dict.get("opinion") or "")
    model.Session.commit()
    return nx_project_show(context, {"id": project.id})


def _fields(data_dict: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry_store.sent_fields(data_dict).items() if name not in DECIDED}
