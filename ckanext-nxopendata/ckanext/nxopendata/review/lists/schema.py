"""What the action of the lists takes."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import number, text
from ckanext.nxopendata.review.lists import catalogue_lists


@validator_args
def catalogue_list(
    not_empty: Validator, one_of: ValidatorFactory, default: ValidatorFactory, ignore_empty: Validator
) -> Schema:
    return {
        "kind": [not_empty, text, one_of(list(catalogue_lists.KINDS))],
        "year": [ignore_empty, number()],
        "organization": [ignore_empty, text],
        "limit": [default(50), number(1000)],
        "offset": [default(0), number()],
    }
