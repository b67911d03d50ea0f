"""What the actions of the review take."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import a_time, number, text
from ckanext.nxopendata.review.workflow import selection, state_machine


@validator_args
def case(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def submission(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, text], "opinion": [ignore_missing, text]}


@validator_args
def decision(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    actions = sorted({arrow.action for arrow in state_machine.TRANSITIONS if arrow.action not in ("release", "end")})
    return {
        "id": [not_empty, text],
        "action": [not_empty, text, one_of(actions)],
        "opinion": [ignore_missing, text],
        "release_at": [ignore_missing, a_time],
    }


@validator_args
def filters(default: ValidatorFactory, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    """Narrow a list of cases; see :class:`.selection.Filter`."""
    return {
        "scope": [default(selection.WAITING), text, one_of([*selection.SCOPES])],
        "organization": [default(""), text],
        "state": [ignore_missing, text, one_of(["", *state_machine.STATES])],
        "theme": [default(""), text],
        "missing": [ignore_missing, text, one_of(["", *selection.MISSING])],
        "older_than": [default(0), number(10_000)],
        "kind": [ignore_missing, text, one_of(["", state_machine.NEW, state_machine.CHANGE])],
        "q": [default(""), text],
        "score_below": [default(0), number(100)],
    }


@validator_args
def queue(default: ValidatorFactory, ignore_missing: Validator, boolean_validator: Validator) -> Schema:
    return {
        **filters(),
        "all": [ignore_missing, boolean_validator],
        "facets": [default(False), boolean_validator],
        "limit": [default(50), number(500)],
        "offset": [default(0), number()],
    }
