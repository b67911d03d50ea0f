"""What CKAN's actions and pages take for granted and do not document: types, what must be sent, what must be there.

Without these, CKAN 2.12.0 answers with an internal error where it means "missing" or "not found". A line that CKAN no
longer needs does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import ckan.model as model

from ckanext.nxopendata.core.edge.parameters import COUNT, MAPPING, MOMENT, PATH, ROWS, TEXT, TEXTS

ACTIVITIES = ("package", "user", "group", "organization", "dashboard", "recently_changed_packages")
"""What CKAN lists the activities of; their moments are documented as numbers or texts, and 1e400 is both."""

TYPES: Mapping[str, Mapping[str, str]] = {
    **{f"{name}_activity_list": {"before": MOMENT, "after": MOMENT} for name in ACTIVITIES},
    "package_create_default_resource_views": {"package": MAPPING},
    "package_revise": {"update": MAPPING, "match": MAPPING},
    "resource_create_default_resource_views": {"resource": MAPPING, "package": MAPPING},
    "tag_autocomplete": {"fields": MAPPING},
    "tag_list": {"q": TEXT},
    "tag_search": {"fields": MAPPING},
    "task_status_update_many": {"data": ROWS},
    "dcat_catalog_search": {"profiles": TEXTS},
    "dcat_catalog_show": {"profiles": TEXTS},
    "dcat_dataset_show": {"profiles": TEXTS},
}
"""Action -> parameter -> type, before what the documentation says."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "datastore_run_triggers": ("resource_id",),
    "group_autocomplete": ("q",),
    "group_member_create": ("id",),
    "organization_autocomplete": ("q",),
    "organization_member_create": ("id",),
    "package_create_default_resource_views": ("package",),
    "package_relationship_create": ("subject", "object"),
    "task_status_update_many": ("data",),
    "user_invite": ("group_id", "email", "role"),
}
"""Action -> parameters without which its auth function fails."""

REFERENCES: Mapping[str, tuple[str, type]] = {
    "group_member_delete": ("id", model.Group),
    "organization_member_delete": ("id", model.Group),
    "package_collaborator_create": ("id", model.Package),
    "package_collaborator_delete": ("id", model.Package),
    "package_collaborator_list": ("id", model.Package),
}
"""Action -> the parameter that names an object, and what it is: CKAN asserts that there is one."""

FOR_PEOPLE = frozenset({"package_collaborator_list"})
"""Actions whose auth function takes a person for granted."""

ABOUT_ACCOUNTS = re.compile(r"am_following_user|user_follow\w+|(\w+_)?followee_\w+")
"""Actions that tell whoever asks whether there is an account of a name."""

OF_ACCOUNTS = frozenset({"organization_list_for_user"})
"""Actions that anybody may ask, but not about the account that ``id`` names."""

PAGE_FIELDS: Mapping[str, str] = {"came_from": PATH, "next": PATH, "before": MOMENT, "after": MOMENT}
"""Field of the query of any page -> its type."""

FIELDS_OF_PAGE: Mapping[str, Mapping[str, str | frozenset[str]]] = {
    "activity.dashboard": {"type": frozenset(("dataset", "user", "group", "organization"))},
    "datastore.dump": {"format": frozenset(("csv", "tsv", "json", "xml"))},
    "user.index": {"limit": COUNT},
}
"""Endpoint -> field of its query -> type, or the words that it may be."""

FORM_FIELDS: Mapping[str, tuple[str, ...]] = {
    "user.login": ("login", "password"),
    "resource.new": ("save",),
    "dataset_resource.new": ("save",),
}
"""Endpoint -> fields that its form has, filled in or not."""


def find_missing_parameter(action: str, data: Mapping[str, Any]) -> str | None:
    """Return the first parameter without which an action fails, and which was not sent."""
    names = [*REQUIRED.get(action, ()), *([REFERENCES[action][0]] if action in REFERENCES else ())]
    return next((name for name in names if data.get(name) in (None, "")), None)


def tells_of_accounts(action: str, data: Mapping[str, Any]) -> bool:
    """Return whether the answer to a call would tell whether there is an account."""
    return bool(ABOUT_ACCOUNTS.fullmatch(action)) or (action in OF_ACCOUNTS and bool(data.get("id")))


def names_nothing(action: str, data: Mapping[str, Any]) -> bool:
    """Return whether an action takes an object for granted that is not there."""
    if action not in REFERENCES:
        return False
    name, class_ = REFERENCES[action]
    reference = data.get(name)
    return bool(reference) and class_.get(reference) is None  # type: ignore[attr-defined]
