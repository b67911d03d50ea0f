"""What the actions of the register take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.connection import status_board
from ckanext.nxopendata.register.official_tables import layout
from ckanext.nxopendata.register.systems import record


@validator_args
def by_id(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def of_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    return {
        "owner_org": [ignore_empty, unicode_safe],
        "plan": [ignore_empty, one_of([*record.PLANS])],
        "state": [ignore_empty, one_of([record.ACTIVE, record.MERGED, record.DISPOSED])],
        "q": [ignore_empty, unicode_safe],
        "limit": [default(100), natural_number_validator, limit_to_configured_maximum("", 1000)],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def of_disposal(
    not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, ignore_empty: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "how": [not_empty, one_of([record.MERGED, record.DISPOSED])],
        "date": [ignore_empty, tk.get_validator("nx_past_period")],
        "note": [not_empty, unicode_safe],
    }


@validator_args
def of_step(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, unicode_safe],
        "opinion": [ignore_missing, unicode_safe],
    }


@validator_args
def of_table(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    default: ValidatorFactory,
    ignore_empty: Validator,
) -> Schema:
    return {
        "number": [not_empty, unicode_safe, one_of([*layout.NUMBERS])],
        "owner_org": [ignore_empty, unicode_safe],
        "format": [default("json"), one_of(["json", "xlsx", "csv", "pdf"])],
    }


@validator_args
def of_owner(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"owner_org": [ignore_empty, unicode_safe]}


@validator_args
def of_answer(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "confirm": [boolean_validator],
        "reason": [ignore_missing, unicode_safe],
    }


@validator_args
def of_decision(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "clear": [boolean_validator],
        "opinion": [ignore_missing, unicode_safe],
    }


@validator_args
def of_connection(
    not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator, one_of: ValidatorFactory
) -> Schema:
    return {
        "owner_org": [not_empty, unicode_safe],
        "platform": [not_empty, unicode_safe],
        "status": [not_empty, one_of([*status_board.REQUIRED, record.NOT_REQUIRED])],
        "date": [ignore_empty, tk.get_validator("nx_past_period")],
        "evidence": [ignore_empty, unicode_safe],
    }


@validator_args
def of_exemption(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, ignore_empty: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "reason": [ignore_missing, unicode_safe],
        "until": [ignore_empty, _a_day],
    }


def _a_day(value: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD, for example 2024-05-31")) from None
