"""What the actions of files take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.definitions.kind import EVIDENCE, PICTURE
from ckanext.nxopendata.cases.process.schema import short, words
from ckanext.nxopendata.core.payload.validators import text

LONGEST_TITLE = 200


@validator_args
def addition(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "role": [not_empty, text, one_of([PICTURE, EVIDENCE])],
        "title": [not_empty, text, words, short(LONGEST_TITLE)],
        "upload": [ignore_missing],
    }


@validator_args
def removal(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text], "file": [not_empty, text]}


@validator_args
def one_file(not_empty: Validator) -> Schema:
    return {"file": [not_empty, text]}
