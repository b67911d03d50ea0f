"""What the actions of reuses take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.process.schema import LONGEST_KEY, short
from ckanext.nxopendata.core.payload.validators import number, text

MOST = 100
REASONS = ("dead", "personal", "illegal", "security", "spam", "other")
"""Why a reuse is reported; after those of udata."""


@validator_args
def report(not_empty: Validator, one_of: ValidatorFactory) -> Schema:
    return {"number": [not_empty, text, short(LONGEST_KEY)], "reason": [not_empty, text, one_of([*REASONS])]}


@validator_args
def listing(ignore_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "q": [ignore_empty, text, short(LONGEST_KEY)],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }
