"""What the actions of the official tables take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.register.official_tables import layout


@validator_args
def table(
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
