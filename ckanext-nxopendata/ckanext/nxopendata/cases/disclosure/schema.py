"""What the actions of the public register take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.process.schema import LONGEST_KEY, a_day, short
from ckanext.nxopendata.core.payload.validators import number, text

MOST = 100
LANES = ("asked", "planned", "done")


@validator_args
def listing(ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {
        "kind": [ignore_empty, text, one_of([name for name, kind in registry.kinds().items() if kind.public])],
        "department": [ignore_empty, text],
        "outcome": [ignore_empty, text],
        "q": [ignore_empty, text, short(LONGEST_KEY)],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def demands(ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {
        "lane": [ignore_empty, text, one_of([*LANES])],
        "q": [ignore_empty, text],
        "similar": [ignore_empty, text],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def span(not_empty: Validator, ignore_empty: Validator) -> Schema:
    days = {"since": [not_empty, text, a_day], "until": [not_empty, text, a_day]}
    return {**days, "department": [ignore_empty, text]}


@validator_args
def vote(not_empty: Validator) -> Schema:
    return {"number": [not_empty, text]}


@validator_args
def words(not_empty: Validator) -> Schema:
    return {"q": [not_empty, text]}
