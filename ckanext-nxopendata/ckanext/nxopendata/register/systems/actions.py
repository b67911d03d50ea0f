"""Actions of systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context

from ckanext.nxopendata.catalogue.schema.filing_rules import title_key
from ckanext.nxopendata.core.batch_memo import memo_scope
from ckanext.nxopendata.core.language import reader_language
from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register import log, permissions, roles
from ckanext.nxopendata.register.entries import entry_store
from ckanext.nxopendata.register.schema import by_id
from ckanext.nxopendata.register.systems import record, schema, system_store
from ckanext.nxopendata.register.systems.models import SystemRow

DECIDED = frozenset({"nx_state", "nx_disposed", "nx_disposal_note"})
"""Fields of a system that only the steps of the register set."""


@tk.side_effect_free
@validate(schema.listing)
def nx_system_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """The systems that you may see, in the order of the official tables.

    A department sees its own, the supervising offices see all, everybody sees what is declared public.

    :param owner_org: only of this department, id or name (optional)
    :param plan: only ``keep``, ``merge`` or ``clear`` (optional)
    :param state: only ``active``, ``merged`` or ``disposed`` (optional)
    :param q: a part of the name or of the function (optional)
    :param limit: how many (optional, default 100, at most 1000)
    :param offset: after how many (optional)

    :returns: ``count`` and ``results``, each as :func:`nx_system_show`
    """
    tk.check_access("nx_system_list", context, data_dict)
    user, language = context.get("user"), reader_language()
    found = visible_systems(user, data_dict.get("owner_org"))
    words = (data_dict.get("q") or "").casefold()
    chosen = [
        system
        for system in found
        if data_dict.get("plan") in (None, system.plan)
        and data_dict.get("state") in (None, system.state)
        and words in f"{system.title}\n{system.title_en}\n{system.function}".casefold()
    ]
    start = data_dict["offset"]
    page = chosen[start : start + data_dict["limit"]]
    with memo_scope(system.id for system in page):
        results = [_to_api(context, system, language) for system in page]
    return {"count": len(chosen), "results": results}


def visible_systems(user: str | None, owner_org: str | None = None) -> list[record.System]:
    """The systems a user (name) sees, whole or by their public face."""
    wanted = None if owner_org is None else permissions.department_id(owner_org)
    if roles.sees_all(user):
        found = system_store.list_systems(None if owner_org is None else [wanted or ""])
    else:
        own = system_store.list_systems(roles.departments(user))
        known = {system.id for system in own}
        found = own + [system for system in system_store.list_public_systems() if system.id not in known]
        found = sorted(found, key=record.sort_key)
    return [system for system in found if owner_org is None or system.owner_org == wanted]


def _to_api(context: Context, system: record.System, language: str) -> dict[str, Any]:
    if permissions.is_reader(context, system.owner_org):
        return system_store.to_api(system, language)
    return system_store.to_public_api(system, language)


@tk.side_effect_free
@validate(by_id)
def nx_system_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """A system.

    :param id: its id or name

    :returns: the fields of ``schemas/system.yaml``; to the public only ``name``, ``title``, ``department``,
        ``function``, ``scope`` and ``demonstration`` (whether it is made up)
    """
    system = find_allowed_system("nx_system_show", context, data_dict["id"])
    return _to_api(context, system, reader_language())


def find_allowed_system(action: str, context: Context, reference: str) -> record.System:
    """The system that is meant, once the user may do ``action``.

    Raises:
        tk.NotAuthorized: also when there is none and the user sees no systems of others, so that nobody can guess.
    """
    system = system_store.find_system(reference)
    if system is None and roles.sees_all(context.get("user")):
        raise tk.ObjectNotFound(tk._("There is no such system"))
    tk.check_access(action, context, {"id": reference})
    if system is None:
        raise tk.ObjectNotFound(tk._("There is no such system"))
    return system


@tk.side_effect_free
@validate(by_id)
def nx_system_log(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """All that ever happened to a system, oldest first: ``action, user, opinion, changes, time``.

    :param id: its id or name
    """
    return log.read(SystemRow.KIND, find_allowed_system("nx_system_log", context, data_dict["id"]).id)


def nx_system_create(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Enter a system of your department.

    :param owner_org: the department, id or name
    :param title: its name; or ``title_translated``

    Further the fields of ``schemas/system.yaml``.
    """
    owner = tk.get_or_bust(data_dict, "owner_org")
    tk.check_access("nx_system_create", context, data_dict)
    department = permissions.department_id(owner)
    if department is None:
        raise tk.ObjectNotFound(tk._("There is no such department"))
    fields = _fields(data_dict) | {"nx_state": record.ACTIVE}
    identifier = system_store.create(context.get("user") or "", department, fields)
    model.Session.commit()
    return nx_system_show(context, {"id": identifier})


def nx_system_update(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Change fields of a system; what is not named stays.

    :param id: its id or name

    Further the fields of ``schemas/system.yaml``; state and disposal have an action of their own.
    """
    system = find_allowed_system("nx_system_update", context, tk.get_or_bust(data_dict, "id"))
    if system.state != record.ACTIVE:
        raise tk.ValidationError({"id": [tk._("The system was disposed of; its entry stays as it is")]})
    system_store.update(context.get("user") or "", system.id, _fields(data_dict))
    model.Session.commit()
    return nx_system_show(context, {"id": system.id})


@validate(schema.disposal)
def nx_system_dispose(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say that a system is gone: merged into another or disposed of. Its entry and its log stay.

    :param id: its id or name
    :param how: ``merged`` or ``disposed``
    :param date: when; today if missing
    :param note: the document, and what became of its data
    """
    system = find_allowed_system("nx_system_dispose", context, data_dict["id"])
    if system.state != record.ACTIVE:
        raise tk.ValidationError({"id": [tk._("The system was disposed of; its entry stays as it is")]})
    if data_dict["how"] == record.MERGED and not system.merged_into:
        raise tk.ValidationError({"how": [tk._("Say first which system it was merged into")]})
    changes = {
        "nx_state": data_dict["how"],
        "nx_disposed": data_dict.get("date") or today().isoformat(),
        "nx_disposal_note": data_dict["note"],
    }
    user = context.get("user") or ""
    with model.Session.begin_nested():
        if data_dict["how"] == record.MERGED:
            _take_datasets_along(user, system)
        system_store.update(user, system.id, changes, action="dispose", opinion=data_dict["note"])
    model.Session.commit()
    return nx_system_show(context, {"id": system.id})


def _take_datasets_along(user: str, system: record.System) -> None:
    """Datasets follow their system: they are fed by the big one from now on."""
    big = next(
        (
            each
            for each in system_store.list_systems([system.owner_org])
            if title_key(each.title) == title_key(system.merged_into)
        ),
        None,
    )
    if big is None or big.id == system.id or not system.datasets:
        return
    there = [name for name in system.datasets if _in_catalogue(name)]
    datasets = list(dict.fromkeys([*big.datasets, *there]))
    system_store.update(user, big.id, {"nx_datasets": datasets}, action="merge", opinion=system.title)


def _in_catalogue(name: str) -> bool:
    found = model.Package.get(name)
    return found is not None and found.type == "dataset" and found.state == "active"


def _fields(data_dict: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry_store.sent_fields(data_dict).items() if name not in DECIDED}
