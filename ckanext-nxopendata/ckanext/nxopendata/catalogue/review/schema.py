"""What the actions of the review take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.catalogue.review import lists, machine
from ckanext.nxopendata.catalogue.rules import CHINA


def a_time(value: Any) -> dt.datetime | None:
    """A time as CKAN stores it (UTC) from ISO 8601; China's time where no zone is named."""
    if value in (None, ""):
        return None
    if isinstance(value, dt.datetime):
        return value
    try:
        time = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the time as YYYY-MM-DD HH:MM")) from None
    return (time if time.tzinfo else time.replace(tzinfo=CHINA)).astimezone(dt.UTC).replace(tzinfo=None)


@validator_args
def of_case(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def of_submission(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "opinion": [ignore_missing, unicode_safe]}


@validator_args
def of_decision(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, one_of: ValidatorFactory
) -> Schema:
    actions = sorted({arrow.action for arrow in machine.TRANSITIONS if arrow.action != "release"})
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, one_of(actions)],
        "opinion": [ignore_missing, unicode_safe],
        "release_at": [ignore_missing, a_time],
    }


@validator_args
def of_queue(
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
    ignore_missing: Validator,
    boolean_validator: Validator,
) -> Schema:
    return {
        "all": [ignore_missing, boolean_validator],
        "limit": [default(50), natural_number_validator, _at_most(500)],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def of_list(
    not_empty: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    ignore_missing: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
) -> Schema:
    return {
        "kind": [not_empty, one_of(lists.KINDS)],
        "year": [ignore_empty, natural_number_validator],
        "organization": [ignore_empty, unicode_safe],
        "limit": [default(50), natural_number_validator, _at_most(1000)],
        "offset": [default(0), natural_number_validator],
    }


def _at_most(highest: int) -> Validator:
    def at_most(value: Any) -> int:
        return min(int(value), highest)

    return at_most
