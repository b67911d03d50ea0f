"""What the actions of following take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import email, text
from ckanext.nxopendata.following import events, queries


@validator_args
def dataset(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


def query_string(value: str) -> str:
    """A query string that can be searched with and written in a letter."""
    if not isinstance(value, str):
        return value  # the validator before says so
    if not queries.is_text(value):
        raise tk.Invalid(tk._("This search holds control characters: type its words again"))
    return value


@validator_args
def subscription(not_empty: Validator, ignore_empty: Validator) -> Schema:
    return {
        "email": [not_empty, email],
        "query": [ignore_empty, text, query_string],
        "dataset": [ignore_empty, text],
    }


def user_ids(value: Any) -> list[str]:
    """A list of ids."""
    if not isinstance(value, list):
        raise tk.Invalid(tk._("Write a list of texts here"))
    return [text(one) for one in value]


@validator_args
def event(not_empty: Validator, one_of: ValidatorFactory, default: ValidatorFactory) -> Schema:
    return {
        "dataset": [not_empty, text],
        "event": [not_empty, one_of([*events.EVENTS])],
        "but": [default([]), user_ids],
    }


@validator_args
def token(not_empty: Validator) -> Schema:
    return {"token": [not_empty, text]}


@validator_args
def unsubscription(ignore_empty: Validator) -> Schema:
    return {"token": [ignore_empty, text], "id": [ignore_empty, text]}
