"""Actions that show who provides what: basic information resources, and datasets that overlap."""

from __future__ import annotations

from typing import Any

import ckan.authz as authz
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.catalogue.data_sources import basic_resources, overlaps, store
from ckanext.nxopendata.catalogue.data_sources.entries import Entry
from ckanext.nxopendata.core import codelists, localised, roles
from ckanext.nxopendata.core.language import reader_language


@tk.side_effect_free
def nx_basic_resource_list(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Basic information resources (人口, 法人 …): what the plan expects, who provides it, who uses it, what is missing.

    For members of departments: of other departments' datasets only those that are public. The supervising office and
    system administrators see all.

    :returns: ``expected``: a list of ``class`` (code), ``class_label``, ``name``, ``basis``, ``providers`` (whom the
        plan names), ``missing`` (those of them without such a dataset) and ``datasets``; and ``others``: datasets of
        the class that are none of what is expected. Of a dataset: ``name, title, owner_org, department, share_type,
        public`` and ``uses``, the number of agreements in force
    """
    tk.check_access("nx_basic_resource_list", context, data_dict)
    user, language, names = context.get("user", ""), reader_language(), store.department_names()
    holdings, others = basic_resources.match(store.read_entries(_departments_of(user)), names)
    uses = _count_uses([entry for holding in holdings for entry in holding.entries] + others)
    expected = [
        {
            "class": holding.expected.class_code,
            "class_label": codelists.label("class", holding.expected.class_code, language),
            "name": localised.choose(holding.expected.name, language)[0],
            "basis": localised.choose(holding.expected.basis, language)[0],
            "providers": list(holding.expected.providers),
            "missing": holding.missing,
            "datasets": [_to_api(entry, names, uses) for entry in holding.entries],
        }
        for holding in holdings
    ]
    return {"expected": expected, "others": [_to_api(entry, names, uses) for entry in others]}


@tk.side_effect_free
def nx_dataset_overlap_list(context: Context, data_dict: dict[str, Any]) -> list[dict[str, Any]]:
    """Datasets of several departments with equal titles or equal data items, drafts included (一数一源).

    For the supervising office and system administrators.

    :returns: a list of ``kind`` (``title``, ``items``), ``items`` (the data items that they share) and ``datasets``
        (as in :func:`nx_basic_resource_list`), those of most departments first
    """
    tk.check_access("nx_dataset_overlap_list", context, data_dict)
    names = store.department_names()
    return [
        {
            "kind": overlap.kind,
            "items": list(overlap.items),
            "datasets": [_to_api(entry, names, {}) for entry in overlap.entries],
        }
        for overlap in overlaps.find(store.read_entries(None))
    ]


def _departments_of(user: str) -> list[str] | None:
    if authz.is_sysadmin(user) or roles.is_office(user):
        return None
    return [row["id"] for row in tk.get_action("organization_list_for_user")({"user": user}, {"permission": "read"})]


def _count_uses(entries: list[Entry]) -> dict[str, int]:
    """Return how many agreements on each dataset are in force; nothing on a site without agreements."""
    try:
        count = tk.get_action("nx_agreement_count")
    except KeyError:
        return {}
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context: Any = {"user": site_user, "ignore_auth": True}
    return count(context, {"datasets": [entry.id for entry in entries[:1000]]}) if entries else {}


def _to_api(entry: Entry, names: dict[str, str], uses: dict[str, int]) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "owner_org": entry.owner,
        "department": names.get(entry.owner, ""),
        "share_type": entry.share_type,
        "public": entry.public,
        "uses": uses.get(entry.id, 0),
    }
