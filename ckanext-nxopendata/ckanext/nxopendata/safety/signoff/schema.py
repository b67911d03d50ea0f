"""What the actions of sign-offs and recalls take."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.core.payload.validators import text
from ckanext.nxopendata.core.timezone import today

KINDS = ("disclosure_list", "consent", "organisation_contact", "synthetic", "already_public")
"""Why a content may be public in spite of what it holds: a list that the law wants disclosed, consent of the persons,
contacts of an organisation, made-up data, already public elsewhere."""


def _day(value: Any) -> dt.date | None:
    """A day that is still to come, ISO 8601."""
    try:
        day = dt.date.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("A day is written as 2026-12-31")) from None
    if day < today():
        raise tk.Invalid(tk._("The day is over"))
    return day


@validator_args
def proposal(not_empty: Validator, ignore_empty: Validator, one_of: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "kind": [not_empty, text, one_of(list(KINDS))],
        "reason": [not_empty, text],
        "article": [not_empty, text],
        "until": [ignore_empty, _day],
    }


@validator_args
def decision(not_empty: Validator, ignore_missing: Validator, boolean_validator: Validator) -> Schema:
    return {"id": [not_empty, text], "approve": [boolean_validator], "opinion": [ignore_missing, text]}


@validator_args
def recall(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text], "reason": [not_empty, text]}


@validator_args
def officer(not_empty: Validator, user_id_or_name_exists: Validator, boolean_validator: Validator) -> Schema:
    return {"user": [not_empty, text, user_id_or_name_exists], "officer": [boolean_validator]}
