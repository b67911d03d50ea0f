"""Schemas that several subjects' actions take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator


@validator_args
def by_id(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def by_department(ignore_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"owner_org": [ignore_empty, unicode_safe]}
