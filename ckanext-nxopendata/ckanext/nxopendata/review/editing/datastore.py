"""The rows and views of data that is published, or on its way: they do not change beside the review.

Without this, ``datastore_upsert`` would put an editor's rows before the public at once, or below what somebody has
just approved. What the portal's own jobs load from a reviewed file, and what system administrators write, is not
touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.core import roles
from ckanext.nxopendata.core.payload import value_types
from ckanext.nxopendata.review.workflow import cases, state_machine


def published_under_review(context: Context, dataset: model.Package | None) -> bool:
    """Whether the public reads this dataset and a write in ``context`` would have to be reviewed."""
    if dataset is None or not roles.needs_review(context, dataset.owner_org):
        return False
    case = cases.find_own_case(dataset.id)
    return case.state == state_machine.PUBLISHED if case else not dataset.private


def _is_at_rest(context: Context, dataset: model.Package | None) -> bool:
    """Whether somebody has approved the dataset or looks at it, so that a write in ``context`` has to wait."""
    if dataset is None or not roles.needs_review(context, dataset.owner_org):
        return False
    case = cases.find_own_case(dataset.id)
    return case is not None and case.state not in (state_machine.DRAFT, state_machine.PUBLISHED)


def _dataset(data_dict: dict[str, Any]) -> model.Package | None:
    resource = data_dict.get("resource")
    if isinstance(resource, dict) and resource.get("package_id"):
        return model.Package.get(_stored(resource["package_id"]))
    found = model.Resource.get(_stored(data_dict.get("resource_id") or data_dict.get("id")))
    return found.package if found else None


def _of_view(data_dict: dict[str, Any]) -> model.Package | None:
    view = model.ResourceView.get(_stored(data_dict.get("id")))
    return _dataset({"resource_id": view.resource_id} if view else data_dict)


def _stored(identifier: Any) -> str:
    """The identifier, if it can be looked up; "" names nothing."""
    return identifier if isinstance(identifier, str) and not value_types.UNSTORABLE.search(identifier) else ""


ROWS = "datastore_create", "datastore_upsert", "datastore_delete", "datastore_records_delete"
VIEWS = "resource_view_create", "resource_view_update", "resource_view_delete", "resource_view_reorder"


def _guarded(name: str) -> Callable[..., AuthResult]:
    def allowed(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
        dataset = (_of_view if name in VIEWS else _dataset)(data_dict or {})
        if published_under_review(context, dataset):
            if name in VIEWS:
                text = tk._("The views of a published dataset are kept by the system administrator")
            else:
                text = tk._(
                    "The data of a published dataset is changed by uploading a new file, which is then reviewed"
                )
            return {"success": False, "msg": text}
        if _is_at_rest(context, dataset):
            text = tk._("The dataset is no draft: recall, revise or reopen it in its review before you change its data")
            return {"success": False, "msg": text}
        return next_auth(context, data_dict)

    allowed.__name__ = name
    allowed.__doc__ = "What the public reads of a reviewed dataset is not written directly."
    return tk.chained_auth_function(allowed)


AUTH = {name: _guarded(name) for name in (*VIEWS, *ROWS)}
"""Auth functions to chain."""
