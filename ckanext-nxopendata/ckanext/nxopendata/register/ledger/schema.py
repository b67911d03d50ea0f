"""What the actions of the ledger take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.timezone import today
from ckanext.nxopendata.register.ledger.models import DISPATCH_KINDS, NOTICE_KINDS
from ckanext.nxopendata.register.reports.schema import not_too_long


def day(value: Any) -> dt.date:
    """A day as ISO 8601 writes it."""
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")) from None


def past_day(value: Any) -> Any:
    """A day that is not in the future, by China's clock; what :func:`day` found to be none is left to its message."""
    if isinstance(value, dt.date) and value > today():
        raise tk.Invalid(tk._("The date must not be in the future"))
    return value


def units(value: Any) -> list[str]:
    """Units of the plan, separated by semicolons: titles of departments, or groups such as ``@departments``."""
    found = [part.strip() for part in str(value).replace(";", "；").split("；")]
    return list(dict.fromkeys(part for part in found if part))


@validator_args
def task_add(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    text = [unicode_safe, not_too_long]
    return {
        "title": [not_empty, *text],
        "title_en": [ignore_empty, *text],
        "section": [ignore_empty, *text],
        "lead": [not_empty, unicode_safe, units],
        "cooperating": [ignore_empty, unicode_safe, units],
        "due": [ignore_empty, day],
        "source": [ignore_empty, *text],
        "opinion": [not_empty, *text],
    }


@validator_args
def task_amend(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "lead": [ignore_empty, unicode_safe, units],
        "cooperating": [ignore_empty, unicode_safe, units],
        "due": [ignore_empty, day],
        "opinion": [not_empty, unicode_safe, not_too_long],
    }


@validator_args
def task_split(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "title": [not_empty, unicode_safe, not_too_long],
        "lead": [not_empty, unicode_safe, units],
        "due": [ignore_empty, day],
        "opinion": [not_empty, unicode_safe, not_too_long],
    }


@validator_args
def step(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {
        "task": [not_empty, unicode_safe],
        "owner_org": [not_empty, unicode_safe],
        "title": [not_empty, unicode_safe, not_too_long],
        "due": [not_empty, day],
    }


@validator_args
def step_done(not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "done": [ignore_empty, day, past_day]}


@validator_args
def notice(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "kind": [not_empty, one_of([*NOTICE_KINDS])],
        "owner_org": [not_empty, unicode_safe],
        "task": [ignore_empty, unicode_safe],
        "text": [not_empty, unicode_safe, not_too_long],
        "due": [not_empty, day],
    }


@validator_args
def notice_reply(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "reply": [not_empty, unicode_safe, not_too_long]}


@validator_args
def notice_end(not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, one_of(["close", "return"])],
        "opinion": [not_empty, unicode_safe, not_too_long],
    }


@validator_args
def dispatch(
    not_empty: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "kind": [not_empty, one_of([*DISPATCH_KINDS])],
        "period": [ignore_empty, unicode_safe],
        "recipient": [not_empty, unicode_safe, not_too_long],
        "sent": [not_empty, day, past_day],
        "receipt": [ignore_empty, unicode_safe, not_too_long],
        "note": [ignore_empty, unicode_safe, not_too_long],
        "upload": [ignore_missing],
    }
