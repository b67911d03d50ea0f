"""What the actions of the cases take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.definitions import kind as kinds
from ckanext.nxopendata.cases.definitions import registry
from ckanext.nxopendata.core.payload.validators import number, text

MOST = 100
LONGEST_KEY = 100
LONGEST_OPINION = 2000
BOXES = ("mine", "desk", "board")
ATTENTION = ("unclear", "disputed")


def short(longest: int) -> Validator:
    """A text of at most so many characters."""

    def short_text(value: Any) -> Any:
        if isinstance(value, str) and len(value) > longest:  # the validator before says what is no text
            raise tk.Invalid(tk._("Write at most {number} characters").format(number=longest))
        return value

    return short_text


def words(value: Any) -> Any:
    """A text with something in it."""
    if isinstance(value, str) and not value.strip():
        raise tk.Invalid(tk._("Missing value"))
    return value


def mapping(value: Any) -> Any:
    """An object of names and values."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise tk.Invalid(tk._("An object is needed"))
    return value


def a_day(value: Any) -> dt.date:
    """A day, YYYY-MM-DD. What the validator before found to be no text comes here too, and is no day either."""
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD")) from None


@validator_args
def one_case(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def creation(
    not_empty: Validator, ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory
) -> Schema:
    return {
        "kind": [not_empty, text, one_of([*registry.kinds()])],
        "client_key": [not_empty, text, short(LONGEST_KEY)],
        "dataset": [ignore_empty, text],
        "resource": [ignore_empty, text],
        "department": [ignore_empty, text],
        "applicant_org": [ignore_empty, text],
        "answers": [default({}), mapping],
    }


@validator_args
def step(not_empty: Validator, ignore_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "action": [not_empty, text],
        "version": [not_empty, number()],
        "opinion": [ignore_empty, text, short(LONGEST_OPINION)],
        "outcome": [ignore_empty, text],
        "answers": [default({}), mapping],
    }


@validator_args
def forwarding(not_empty: Validator) -> Schema:
    return {
        "id": [not_empty, text],
        "version": [not_empty, number()],
        "department": [not_empty, text],
        "opinion": [not_empty, text, words, short(LONGEST_OPINION)],
    }


@validator_args
def message(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text], "text": [not_empty, text, words, short(LONGEST_OPINION)]}


@validator_args
def listing(ignore_empty: Validator, default: ValidatorFactory, one_of: ValidatorFactory) -> Schema:
    return {
        "box": [default("mine"), text, one_of([*BOXES])],
        "kind": [ignore_empty, text, one_of([*registry.kinds()])],
        "phase": [ignore_empty, text, one_of([*kinds.PHASES])],
        "attention": [ignore_empty, text, one_of([*ATTENTION])],
        "overdue": [ignore_empty, tk.get_validator("boolean_validator")],
        "q": [ignore_empty, text, short(LONGEST_KEY)],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }
