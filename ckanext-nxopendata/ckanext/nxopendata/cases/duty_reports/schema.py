"""What the action of duties takes."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.nxopendata.cases.process.schema import LONGEST_OPINION, short, words
from ckanext.nxopendata.core.payload.validators import number, text


@validator_args
def performance(not_empty: Validator) -> Schema:
    return {
        "id": [not_empty, text],
        "duty": [not_empty, number()],
        "statement": [not_empty, text, words, short(LONGEST_OPINION)],
    }
