"""What a step does to the dataset itself: the content that is published or withdrawn, and writing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.review.pending import difference, pending_changes
from ckanext.nxopendata.review.workflow.models import Case


def read_live(dataset_id: str) -> dict[str, Any]:
    """Return the dataset as it is now, whoever asks."""
    show: Context = {"ignore_auth": True}
    return tk.get_action("package_show")(show, {"id": dataset_id})


def build_published(case: Case, live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dataset as the case publishes it: itself made public, or with its pending change."""
    if case.payload is None:
        return {**live, "private": _is_not_open(live), "state": "active"}
    changed = difference.merge(
        case.base or {}, pending_changes.select_changeable(live), case.payload, pending_changes.list_fields()
    )
    data = {**live, **changed, "id": case.dataset_id}
    if not _is_not_open(data) and not _is_not_open(live):
        data["private"] = False
    data["resources"] = [pending_changes.attach_staged_file(resource, live) for resource in data["resources"]]
    data.pop("metadata_modified", None)
    return data


def build_withdrawn(live: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dataset as it is once the public sees it no more."""
    return {**live, "private": True}


def replaces_files(case: Case) -> bool:
    """Whether publishing the case puts new files into the place of others, which only CKAN's own action does."""
    files = (case.payload or {}).get("resources") or ()
    return any(file.get(pending_changes.STAGED) not in (None, file.get("id")) for file in files)


def write(dataset: dict[str, Any], user: model.User) -> None:
    """Write a dataset as somebody's decision. Commits, as ``package_update`` does."""
    context: Any = {"user": user.name, "auth_user_obj": user, "ignore_auth": True, roles.PUBLISHING: True}
    tk.get_action("package_update")(context, dataset)


def _is_not_open(dataset: Mapping[str, Any]) -> bool:
    return dataset.get("nx_is_open") == "0"
