"""What the actions of the public register take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.core.payload_validators import number, text

MOST = 100


@validator_args
def listing(ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {
        "kind": [ignore_empty, text, one_of([name for name, kind in registry.kinds().items() if kind.public])],
        "department": [ignore_empty, text],
        "outcome": [ignore_empty, text],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def demands(ignore_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "q": [ignore_empty, text],
        "similar": [ignore_empty, text],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def vote(not_empty: Validator) -> Schema:
    return {"number": [not_empty, text]}
