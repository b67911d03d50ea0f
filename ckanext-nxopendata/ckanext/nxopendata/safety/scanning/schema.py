"""What the actions of the examination take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import number, text
from ckanext.nxopendata.safety.scanning.board import KINDS


@validator_args
def resource(not_empty: Validator, resource_id_exists: Validator) -> Schema:
    return {"id": [not_empty, text, resource_id_exists]}


@validator_args
def dataset(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def board(default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {
        "kind": [default("findings"), text, one_of(list(KINDS))],
        "limit": [default(50), number(500)],
        "offset": [default(0), number()],
    }
