"""The rows of published data: where datasets are reviewed, they change by a reviewed file, not row by row.

Without this, ``datastore_upsert`` would put an editor's rows before the public at once. What the portal's own
jobs load from a reviewed file, and what system administrators write, is not touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import AuthResult, Context

from ckanext.nxopendata.catalogue.review import cases, gate, machine


def published_under_review(context: Context, dataset: model.Package | None) -> bool:
    """Whether the public reads this dataset and a write in ``context`` would have to be reviewed."""
    if dataset is None or not gate.applies(context, dataset.owner_org):
        return False
    case = cases.of_dataset(dataset.id)
    return case.state == machine.PUBLISHED if case else not dataset.private


def _dataset(data_dict: dict[str, Any]) -> model.Package | None:
    named = (data_dict.get("resource") or {}).get("package_id")
    if named:
        return model.Package.get(named)
    resource = model.Resource.get(data_dict.get("resource_id") or data_dict.get("id") or "")
    return resource.package if resource else None


def _guarded(name: str) -> Callable[..., AuthResult]:
    def allowed(next_auth: Any, context: Context, data_dict: dict[str, Any] | None) -> AuthResult:
        if published_under_review(context, _dataset(data_dict or {})):
            text = tk._("The data of a published dataset is changed by uploading a new file, which is then reviewed")
            return {"success": False, "msg": text}
        return next_auth(context, data_dict)

    allowed.__name__ = name
    allowed.__doc__ = "Rows of published data that is reviewed are not written directly."
    return tk.chained_auth_function(allowed)


GUARDED = ("datastore_create", "datastore_upsert", "datastore_delete", "datastore_records_delete")

AUTH = {name: _guarded(name) for name in GUARDED}
"""Auth functions to chain where the plugin ``datastore`` is on."""
