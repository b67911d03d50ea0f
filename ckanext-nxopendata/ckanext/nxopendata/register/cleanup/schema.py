"""What the actions of the clean-up take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator


@validator_args
def answer(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "confirm": [boolean_validator],
        "reason": [ignore_missing, unicode_safe],
    }


@validator_args
def decision(
    not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator, boolean_validator: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "clear": [boolean_validator],
        "opinion": [ignore_missing, unicode_safe],
    }
