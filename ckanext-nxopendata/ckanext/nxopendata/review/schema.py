"""What the actions of the review take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.logic.validators import email_validator
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core import payload_guard, payload_types
from ckanext.nxopendata.core.timezone import CHINA
from ckanext.nxopendata.review import catalogue_lists, state_machine


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


def text(value: Any) -> str:
    """One text that can be stored."""
    if not isinstance(value, str):
        raise tk.Invalid(payload_guard.format_error(payload_types.NOT_TEXT))
    if payload_types.UNSTORABLE.search(value):
        raise tk.Invalid(payload_guard.format_error(payload_types.NOT_STORABLE))
    return value


LONGEST_EMAIL = 254
"""Characters (RFC 5321, 4.5.3.1.3, without the angle brackets)."""


def email(value: Any) -> str:
    """One address to write to, without spaces or line breaks around it."""
    address = text(value).strip()
    if len(address) > LONGEST_EMAIL:
        raise tk.Invalid(tk._("Write at most {number} characters").format(number=LONGEST_EMAIL))
    return email_validator(address, {})


def number(highest: int = 10**9) -> Validator:
    """A whole number from 0, no more than ``highest``, which is taken for what is more."""

    def whole_number(value: Any) -> int:
        try:
            found = int(value)
        except (TypeError, ValueError):
            found = -1
        if found < 0:
            raise tk.Invalid(tk._('Write a whole number; not "%s"') % str(value)[:50])
        return min(found, highest)

    return whole_number


@validator_args
def of_case(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def of_submission(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, text], "opinion": [ignore_missing, text]}


@validator_args
def of_decision(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    actions = sorted({arrow.action for arrow in state_machine.TRANSITIONS if arrow.action not in ("release", "end")})
    return {
        "id": [not_empty, text],
        "action": [not_empty, text, one_of(actions)],
        "opinion": [ignore_missing, text],
        "release_at": [ignore_missing, a_time],
    }


@validator_args
def of_queue(default: ValidatorFactory, ignore_missing: Validator, boolean_validator: Validator) -> Schema:
    return {
        "all": [ignore_missing, boolean_validator],
        "limit": [default(50), number(500)],
        "offset": [default(0), number()],
    }


@validator_args
def of_list(
    not_empty: Validator, one_of: ValidatorFactory, default: ValidatorFactory, ignore_empty: Validator
) -> Schema:
    return {
        "kind": [not_empty, text, one_of(list(catalogue_lists.KINDS))],
        "year": [ignore_empty, number()],
        "organization": [ignore_empty, text],
        "limit": [default(50), number(1000)],
        "offset": [default(0), number()],
    }


@validator_args
def of_calendar(ignore_missing: Validator) -> Schema:
    return {"csv": [ignore_missing, text]}
