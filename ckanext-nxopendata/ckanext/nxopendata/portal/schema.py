"""What the actions of the portal take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.portal import announcements


def a_day(value: Any) -> Any:
    """A date written YYYY-MM-DD, or nothing."""
    try:
        return announcements.a_day(value)
    except ValueError:
        raise tk.Invalid(tk._("Write the date as YYYY-MM-DD")) from None


@validator_args
def of_one(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def of_page(default: ValidatorFactory, natural_number_validator: Validator, limit_to_configured_maximum: Any) -> Schema:
    return {
        "limit": [default(20), natural_number_validator, limit_to_configured_maximum("ckan.search.rows_max", 100)],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def of_announcement(not_empty: Validator, unicode_safe: Validator, ignore_missing: Validator) -> Schema:
    return {
        "id": [ignore_missing, unicode_safe],
        "title_zh": [not_empty, unicode_safe],
        "title_en": [ignore_missing, unicode_safe],
        "text_zh": [not_empty, unicode_safe],
        "text_en": [ignore_missing, unicode_safe],
        "day": [ignore_missing, a_day],
        "until": [ignore_missing, a_day],
    }
