"""What the actions of messages take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.cases.definitions.kind import ANYONE
from ckanext.nxopendata.cases.process.schema import a_day, mapping
from ckanext.nxopendata.core.payload.validators import text


@validator_args
def beginning(
    not_empty: Validator,
    ignore_empty: Validator,
    uuid_validator: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    kinds = [kind.name for kind in registry.kinds().values() if kind.applicants == ANYONE]
    return {
        "id": [not_empty, text, uuid_validator],
        "kind": [not_empty, text, one_of(kinds)],
        "dataset": [not_empty, text],
        "applicant": [ignore_empty, text],
        "received": [ignore_empty, text, a_day],
        "answers": [default({}), mapping],
    }
