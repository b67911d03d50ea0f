"""What the actions of the portal take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload_validators import email, number, text
from ckanext.nxopendata.portal.announcements import announcement_store
from ckanext.nxopendata.portal.feedback import feedback_store

MOST = 100


def a_day(value: Any) -> Any:
    """A date written YYYY-MM-DD, or nothing."""
    try:
        return announcement_store.a_day(value)
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD")) from None


@validator_args
def of_one(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def of_span(not_empty: Validator) -> Schema:
    return {"since": [not_empty, a_day], "until": [not_empty, a_day]}


@validator_args
def of_page(default: ValidatorFactory) -> Schema:
    return {
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def of_announcement(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {
        "id": [ignore_missing, text],
        "title_zh": [not_empty, text],
        "title_en": [ignore_missing, text],
        "text_zh": [not_empty, text],
        "text_en": [ignore_missing, text],
        "day": [ignore_missing, a_day],
        "until": [ignore_missing, a_day],
    }


LONGEST_FEEDBACK = 2000


@validator_args
def of_dataset_page(not_empty: Validator) -> Schema:
    return {**of_page(), "id": [not_empty, text]}


def a_short_text(value: Any) -> Any:
    """At most as many characters as a page can show."""
    if len(str(value)) > LONGEST_FEEDBACK:
        raise tk.Invalid(tk._("Write at most {number} characters").format(number=LONGEST_FEEDBACK))
    return value


@validator_args
def of_feedback(
    not_empty: Validator,
    ignore_empty: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, text],
        "kind": [not_empty, one_of([*feedback_store.KINDS])],
        "text": [not_empty, text, a_short_text],
        "name": [ignore_empty, text, a_short_text],
        "email": [ignore_empty, email],
    }


@validator_args
def of_feedback_decision(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "state": [not_empty, one_of([feedback_store.PUBLIC, feedback_store.REFUSED])],
        "answer": [ignore_missing, text, a_short_text],
    }
