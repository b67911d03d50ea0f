"""What the actions of bulk work take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core import params
from ckanext.nxopendata.core.payload.validators import number, text
from ckanext.nxopendata.review.bulk import edits, forecast
from ckanext.nxopendata.review.workflow.schema import filters


def some_texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list) or any(params.key(one) is None for one in value):
        raise tk.Invalid(tk._("Write a list of texts here"))
    if len(value) > params.MOST_AT_ONCE:
        text = tk._("Write at most {most} at once, and the others in further calls")
        raise tk.Invalid(text.format(most=params.MOST_AT_ONCE))
    return value


def a_dict(value: Any) -> dict[str, Any]:
    """Fields and their values, of those that are edited for many at once."""
    if not isinstance(value, dict):
        raise tk.Invalid(tk._("Write fields and their values here"))
    if unknown := sorted(set(map(str, value)) - set(edits.FIELDS)):
        raise tk.Invalid(tk._("These fields are not edited for many at once: {names}").format(names=", ".join(unknown)))
    for name, given in value.items():
        if name == "nx_theme":
            some_texts(given)
        else:
            text(given)
    return value


@validator_args
def selected(
    not_empty: Validator,
    ignore_missing: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        **filters(),
        "action": [not_empty, text, one_of([*forecast.STEPS, forecast.EDIT])],
        "ids": [ignore_missing, some_texts],
        "everything": [default(False), boolean_validator],
        "opinion": [default(""), text],
        "fields": [ignore_missing, a_dict],
    }


@validator_args
def run(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def runs(default: ValidatorFactory) -> Schema:
    return {"limit": [default(20), number(100)], "offset": [default(0), number()]}
