"""What a source may be: the fields of ``nx_harvest_source_create`` and what is wrong with them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.logic.schema import validator_args
from ckan.types import Context, DataDict, Schema, Validator
from croniter import CroniterError, croniter

from ckanext.nxopendata.core.timezone import utc_now
from ckanext.nxopendata.harvest import formats
from ckanext.nxopendata.harvest.errors import FormatError, HarvestError
from ckanext.nxopendata.harvest.mapping import tables
from ckanext.nxopendata.harvest.models import Json, Source
from ckanext.nxopendata.harvest.settings import credentials, source_settings

STATES = ["active", "paused"]
FILES = ["link", "mirror"]
TRUST = ["normal", "review"]
"""Lists: CKAN's ``one_of`` cannot say which values of a tuple are right."""
FIELDS = (
    "name",
    "title",
    "url",
    "format",
    "schedule",
    "files",
    "licence",
    "priority",
    "state",
    "options",
    "departments",
    "mapping",
    "limits",
    "trust",
)
"""Columns of a source that are given and shown as they are stored."""


def _known_format(value: Any) -> Any:
    if value != "auto":
        try:
            formats.get_format(value)
        except FormatError as error:
            raise tk.Invalid(tk._("Choose one of: %s") % error.params["known"]) from None
    return value


def _web_address(value: Any) -> Any:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise tk.Invalid(tk._("Write the whole address, beginning with http:// or https://"))
    if parts.username or parts.password:
        raise tk.Invalid(tk._("Leave the password out of the address; enter it as credentials"))
    return value.strip()


def _schedule(value: Any) -> Any:
    try:
        if value:
            croniter(value, utc_now()).get_prev()  # well formed is not enough: 0 0 31 2 * never comes
    except CroniterError:
        raise tk.Invalid(tk._("Write a cron expression, for example 30 2 * * * for every night at 2:30")) from None
    return value


def _department(key: Any) -> str:
    group = model.Group.get(key) if isinstance(key, str) else None
    if group is None or not group.is_organization or group.state != "active":
        raise tk.Invalid(tk._("Not a department: %s") % key)
    return group.id


def _departments(value: Any) -> list[str]:
    keys = value if isinstance(value, list) else [key.strip() for key in str(value).split(",")]
    return sorted({_department(key) for key in keys if key})


def _mapping(value: Any) -> Any:
    reasons = {
        "mapping_shape": tk._("%s does not have the shape of a mapping"),
        "mapping_kind": tk._("%s names an unknown kind of value"),
        "mapping_list": tk._("%s names an unknown code list"),
    }
    try:
        tables.check_changes(value)
    except tables.MappingError as error:
        raise tk.Invalid(reasons[error.code] % (error.where or "mapping")) from None
    return value


def _limits(value: Any) -> Any:
    for key, number in value.items() if isinstance(value, dict) else [("", None)]:
        if key not in source_settings.LIMITS:
            raise tk.Invalid(tk._("Choose one of: %s") % ", ".join(source_settings.LIMITS))
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise tk.Invalid(tk._("%s must be a whole number of at least 1") % key)
    return value


def _credentials(value: Any) -> Any:
    if value and credentials.detect_kind(value) is None:
        shapes = [f"{kind}: {', '.join(sorted(parts))}" for kind, parts in credentials.KINDS.items()]
        raise tk.Invalid(tk._("Give kind and its parts (%s)") % "; ".join(shapes))
    return value


@validator_args
def schema(
    not_empty: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
    default: Any,
    unicode_safe: Validator,
    name_validator: Validator,
    one_of: Any,
    int_validator: Validator,
    convert_to_json_if_string: Validator,
    json_object: Validator,
) -> Schema:
    objects = [convert_to_json_if_string, json_object]
    return {
        "name": [not_empty, unicode_safe, name_validator],
        "title": [not_empty, unicode_safe],
        "url": [not_empty, unicode_safe, _web_address],
        "format": [default("auto"), unicode_safe, _known_format],
        "organization": [not_empty, unicode_safe, _department],
        "departments": [default([]), _departments],
        "schedule": [default(""), unicode_safe, _schedule],
        "files": [default("link"), one_of(FILES)],
        "licence": [default(""), unicode_safe],
        "priority": [default(100), int_validator],
        "trust": [default("normal"), one_of(TRUST)],
        "state": [default("active"), one_of(STATES)],
        "options": [default({}), *objects],
        "mapping": [default({}), *objects, _mapping],
        "limits": [default({}), *objects, _limits],
        "credentials": [ignore_missing, convert_to_json_if_string, _credentials],
    }  # pyright: ignore[reportReturnType]


def validate(data_dict: DataDict, context: Context) -> Json:
    """Validate the fields of a source and return its columns; ``credentials`` sealed, if they were given.

    Raises:
        ValidationError: A field is wrong.
    """
    data, errors = tk.navl_validate(data_dict, schema(), context)
    data.pop("__extras", None)
    if errors:
        raise tk.ValidationError(errors)
    data["organization_id"] = data.pop("organization")
    data["departments"] = [key for key in data["departments"] if key != data["organization_id"]]
    if "credentials" in data:
        data["credentials"] = credentials.seal(data["credentials"] or {})
    return data


def to_api(source: Source) -> Json:
    """Return a source as the actions give it: departments by name, of the credentials only their kind."""
    organization = model.Group.get(source.organization_id)
    further = [group.name for key in source.departments if (group := model.Group.get(key))]
    try:
        kind = credentials.unseal(source.credentials).get("kind", "")
    except HarvestError:
        kind = "unreadable"
    return source.as_dict() | {
        "organization": organization.name if organization else None,
        "departments": further,
        "credentials_kind": kind,
    }
