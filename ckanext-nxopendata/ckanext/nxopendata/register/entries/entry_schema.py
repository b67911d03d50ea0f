"""The fields of systems and projects, as ``schemas/system.yaml`` and ``project.yaml`` describe them to scheming."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
import yaml
from ckan.types import ErrorDict
from ckanext.scheming.validation import validators_from_string

from ckanext.nxopendata.core.payload import action_guard, value_types

IDENTITY = frozenset({"name", "owner_org"})
"""Fields that the register sets by itself; they are columns, and no caller changes them."""

ENTRY = "nx_entry"
"""Key of the context of a validation: the stored row, where there is one already."""


@cache
def _read(kind: str) -> dict[str, Any]:
    text = resources.files("ckanext.nxopendata.schemas").joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def load(kind: str) -> dict[str, Any]:
    """Return the schema of a ``system`` or a ``project``, the presets of its ``fields`` filled in."""
    schema = _read(kind)
    return schema | {"fields": [_expand(field) for field in schema["fields"]]}


def _expand(field: Mapping[str, Any]) -> dict[str, Any]:
    preset = tk.h.scheming_get_preset(field["preset"]) if "preset" in field else {}
    return {**preset, **field}


def find_field(kind: str, name: str) -> dict[str, Any] | None:
    """Return one field of a schema; None where there is no such field or schema."""
    if kind not in ("system", "project"):
        return None
    return next((_expand(field) for field in _read(kind)["fields"] if field["field_name"] == name), None)


OWNER = "nx_entry_owner"
"""Key of the context of a validation: the id of the department whose entry it is."""


def validate(
    kind: str, data: Mapping[str, Any], user: str, stored: Any = None, owner_org: str = ""
) -> tuple[dict[str, Any], ErrorDict]:
    """Validate an entry by its schema.

    Args:
        kind: ``system`` or ``project``.
        data: all its fields; ``title`` and ``notes`` may stand for the localised ones.
        user: the name of who sends them.
        stored: the row as it is, if there is one.
        owner_org: the id of the department.

    Returns:
        The fields as they are stored (localised texts as mappings, lists as lists, all else as text), and the errors
        by field.
    """
    schema = load(kind)
    if wrong := value_types.find_type_errors(data, schema["fields"]):
        return {}, action_guard.to_error_dict(wrong)
    context: Any = {"user": user, "auth_user_obj": model.User.get(user), ENTRY: stored, OWNER: owner_org}
    validated, errors = tk.navl_validate(dict(data), _navl_schema(schema), context)
    fields = {
        field["field_name"]: _decode(field, validated[field["field_name"]])
        for field in schema["fields"]
        if field["field_name"] not in IDENTITY and validated.get(field["field_name"]) not in (None, tk.missing)
    }
    return fields, errors


def _navl_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    optional = [tk.get_validator("ignore_missing"), tk.get_validator("unicode_safe")]
    navl: dict[str, Any] = {
        "__before": validators_from_string(schema["before_validators"], None, schema),
        "__extras": [tk.get_validator("ignore")],
        "title": optional,
        "notes": optional,
    }
    for field in schema["fields"]:
        if field["field_name"] in IDENTITY:
            continue
        default = "not_empty" if field.get("required") else "ignore_missing"
        navl[field["field_name"]] = validators_from_string(field.get("validators", default), field, schema)
    return navl


def _decode(field: Mapping[str, Any], value: Any) -> Any:
    """The value of a field that CKAN's validators leave as JSON, because CKAN keeps nothing but texts."""
    if "output_validators" in field and isinstance(value, str):
        return json.loads(value)
    return value if isinstance(value, str | list | dict) else str(value)
