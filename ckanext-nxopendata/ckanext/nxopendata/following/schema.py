"""What the actions of following take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator


@validator_args
def of_dataset(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def of_subscription(
    not_empty: Validator, unicode_safe: Validator, ignore_empty: Validator, email_validator: Validator
) -> Schema:
    return {
        "email": [not_empty, unicode_safe, email_validator],
        "query": [ignore_empty, unicode_safe],
        "dataset": [ignore_empty, unicode_safe],
    }


@validator_args
def of_token(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"token": [not_empty, unicode_safe]}


@validator_args
def of_leaving(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"token": [ignore_empty, unicode_safe], "id": [ignore_empty, unicode_safe]}
