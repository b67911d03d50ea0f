"""navl validators of departments; ``schemas/organization.yaml`` names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.authz as authz
import ckan.model as model
import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey
from ckanext.scheming.validation import scheming_validator

from ckanext.nxopendata.core import codelists, departments


def nx_parent(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """The department above: it exists, and is not the department itself nor one below it. Stored by name."""
    parent = model.Group.get(data[key])
    if parent is None or not parent.is_organization or parent.state != "active":
        errors[key].append(tk._('There is no department "%s"') % data[key])
        return
    own = context.get("group")
    above, seen = parent, set()
    while above is not None and above.id not in seen:
        if own is not None and above.id == own.id:
            errors[key].append(tk._("A department cannot stand above itself"))
            return
        seen.add(above.id)
        above = model.Group.get(departments.extras(above).get("nx_parent"))
    data[key] = parent.name


@scheming_validator
def nx_review_mode(field: dict[str, Any], schema: dict[str, Any]) -> Callable[..., None]:
    """How a department's datasets are reviewed; only who may decide for the site changes it."""

    def validator(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        stored = context.get("group")
        old = departments.extras(stored).get("nx_review_mode") or ""
        value = data.get(key)
        new = old if value is tk.missing else str(value or "").strip()
        if new != old and not _may_set_review(context):
            errors[key].append(tk._("Only the system administrator sets how a department is reviewed"))
        elif new and new not in codelists.load(field["codelist"]):
            errors[key].append(tk._('"%s" is not in the code list; choose one of the listed values') % new)
        elif new:
            data[key] = new
        else:
            data.pop(key, None)
            raise tk.StopOnError

    return validator


def _may_set_review(context: Context) -> bool:
    return bool(context.get("ignore_auth")) or authz.is_sysadmin(context.get("user"))
