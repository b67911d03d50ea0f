"""What the actions of grants take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload_validators import number, text

MOST = 100


@validator_args
def use(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text], "resource": [not_empty, text]}


@validator_args
def listing(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }
