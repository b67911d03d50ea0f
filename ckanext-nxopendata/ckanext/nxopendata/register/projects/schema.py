"""What the actions of projects take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.projects import review


@validator_args
def listing(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    limit_to_configured_maximum: ValidatorFactory,
) -> Schema:
    return {
        "owner_org": [ignore_empty, unicode_safe],
        "q": [ignore_empty, unicode_safe],
        "limit": [default(100), natural_number_validator, limit_to_configured_maximum("", 1000)],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def step(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "action": [not_empty, unicode_safe],
        "opinion": [ignore_missing, unicode_safe],
    }


@validator_args
def signature(
    not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, ignore_missing: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "verdict": [not_empty, one_of([review.AGREE, review.OBJECT])],
        "opinion": [ignore_missing, unicode_safe],
    }
