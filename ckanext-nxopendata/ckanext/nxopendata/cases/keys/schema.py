"""What the actions of keys take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.process.schema import short, words
from ckanext.nxopendata.core.payload.validators import text

LONGEST_NAME = 60
MOST_DAYS = 30


@validator_args
def creation(not_empty: Validator) -> Schema:
    return {"system": [not_empty, text, words, short(LONGEST_NAME)]}


def some_days(value: Any) -> int:
    """A number of days that an old key may go on."""
    if not str(value).isascii() or not str(value).isdecimal() or int(value) > MOST_DAYS:
        raise tk.Invalid(tk._("Write a whole number from 0 to {most}").format(most=MOST_DAYS))
    return int(value)


@validator_args
def rotation(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {"id": [not_empty, text], "days": [default(7), some_days]}


@validator_args
def one_key(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text]}
