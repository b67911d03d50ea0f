"""What the actions of the evaluation take."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.nxopendata.register.reports.schema import not_too_long


@validator_args
def year(not_empty: Validator, ignore_empty: Validator, unicode_safe: Validator, int_validator: Validator) -> Schema:
    return {"year": [not_empty, int_validator], "owner_org": [ignore_empty, unicode_safe]}


@validator_args
def listing(ignore_empty: Validator, unicode_safe: Validator, int_validator: Validator) -> Schema:
    return {"year": [ignore_empty, int_validator], "owner_org": [ignore_empty, unicode_safe]}


@validator_args
def amendment(
    not_empty: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    natural_number_validator: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "advice": [ignore_missing, unicode_safe, not_too_long],
        "indicator": [ignore_empty, unicode_safe],
        "numerator": [_with_indicator, ignore_missing, natural_number_validator],
        "denominator": [_with_indicator, ignore_missing, natural_number_validator],
        "reason": [ignore_missing, unicode_safe, not_too_long],
    }


def _with_indicator(key: tuple[str], data: dict[tuple[str], object], errors: dict, context: object) -> None:
    """Required where an indicator is named, dropped elsewhere."""
    if data.get(key) in (None, "", tk.missing):
        if data.get(("indicator",)) not in (None, "", tk.missing):
            errors[key].append(tk._("Missing value"))
        data.pop(key, None)
        raise tk.StopOnError


@validator_args
def answer(
    not_empty: Validator, ignore_missing: Validator, unicode_safe: Validator, boolean_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "confirm": [boolean_validator],
        "objection": [ignore_missing, unicode_safe, not_too_long],
    }


@validator_args
def reply(not_empty: Validator, unicode_safe: Validator, boolean_validator: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "accepted": [boolean_validator],
        "reply": [not_empty, unicode_safe, not_too_long],
    }
