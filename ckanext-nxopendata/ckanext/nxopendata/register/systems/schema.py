"""What the actions of systems take."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.systems import record


@validator_args
def listing(
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
def disposal(
    not_empty: Validator, unicode_safe: Validator, one_of: ValidatorFactory, ignore_empty: Validator
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "how": [not_empty, one_of([record.MERGED, record.DISPOSED])],
        "date": [ignore_empty, tk.get_validator("nx_past_period")],
        "note": [not_empty, unicode_safe],
    }
