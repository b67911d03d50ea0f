"""What the actions of grants take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.process.schema import mapping
from ckanext.nxopendata.core.payload.validators import number, text

MOST = 100
MOST_ROWS = 1000


@validator_args
def use(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, text], "resource": [not_empty, text], "expected": [ignore_missing, mapping]}


def value_lists(value: Any) -> dict[str, list[str]]:
    """An object of columns and lists of texts."""
    if not isinstance(value, dict) or len(value) > MOST:
        raise tk.Invalid(tk._("An object of columns and lists of values is needed"))
    for name, values in value.items():
        if not isinstance(values, list) or not values or len(values) > MOST:
            raise tk.Invalid(tk._("An object of columns and lists of values is needed"))
        for one in (name, *values):
            text(one)
    return value


@validator_args
def rows(not_empty: Validator, ignore_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "resource": [not_empty, text],
        "filters": [default({}), value_lists],
        "sort": [ignore_empty, text],
        "limit": [default(100), number(MOST_ROWS)],
        "offset": [default(0), number()],
    }


@validator_args
def listing(not_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "limit": [default(20), number(MOST)],
        "offset": [default(0), number()],
    }
