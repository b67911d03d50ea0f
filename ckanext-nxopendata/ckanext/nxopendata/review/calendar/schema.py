"""What the action of the calendar takes."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.nxopendata.core.payload.validators import text


@validator_args
def calendar(ignore_missing: Validator) -> Schema:
    return {"csv": [ignore_missing, text]}
