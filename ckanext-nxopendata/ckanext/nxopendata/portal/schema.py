"""What the actions of the portal take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import email, number, text
from ckanext.nxopendata.portal.announcements import announcement_store
from ckanext.nxopendata.portal.feedback import feedback_store

MOST = 100


def optional_day(value: Any) -> Any:
    """A date written YYYY-MM-DD, or nothing."""
    try:
        return announcement_store.parse_day(value)
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD")) from None


@validator_args
def one_id(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}


@validator_args
def span(not_empty: Validator) -> Schema:
    return {"since": [not_empty, optional_day], "until": [not_empty, optional_day]}


@validator_args
def page(default: ValidatorFactory) -> Schema:
    return {
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }


@validator_args
def announcement(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {
        "id": [ignore_missing, text],
        "title_zh": [not_empty, text],
        "title_en": [ignore_missing, text],
        "text_zh": [not_empty, text],
        "text_en": [ignore_missing, text],
        "day": [ignore_missing, optional_day],
        "until": [ignore_missing, optional_day],
    }


LONGEST_FEEDBACK = 2000


@validator_args
def dataset_page(not_empty: Validator) -> Schema:
    return {**page(), "id": [not_empty, text]}


@validator_args
def dataset_versions(ignore_empty: Validator) -> Schema:
    return {**dataset_page(), "version": [ignore_empty, text]}


def short_text(value: Any) -> Any:
    """At most as many characters as a page can show."""
    if len(str(value)) > LONGEST_FEEDBACK:
        raise tk.Invalid(tk._("Write at most {number} characters").format(number=LONGEST_FEEDBACK))
    return value


@validator_args
def feedback(
    not_empty: Validator,
    ignore_empty: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, text],
        "kind": [not_empty, one_of([*feedback_store.KINDS])],
        "text": [not_empty, text, short_text],
        "name": [ignore_empty, text, short_text],
        "email": [ignore_empty, email],
    }


@validator_args
def feedback_decision(not_empty: Validator, ignore_missing: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "state": [not_empty, one_of([feedback_store.PUBLIC, feedback_store.REFUSED])],
        "answer": [ignore_missing, text, short_text],
    }
