"""What the actions of grants take."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.nxopendata.cases.process.schema import mapping
from ckanext.nxopendata.core.file_access import ranges
from ckanext.nxopendata.core.payload.validators import number, text

MOST = 100
MOST_ROWS = 1000


@validator_args
def use(not_empty: Validator, ignore_missing: Validator) -> Schema:
    return {"id": [not_empty, text], "resource": [not_empty, text], "expected": [ignore_missing, mapping]}


def conditions(value: Any) -> dict[str, Any]:
    """An object of columns, and of each a list of texts, or the bounds ``from`` and ``to``."""
    wrong = tk._("An object is needed: columns with lists of values, or with the bounds “from” and “to”")
    if not isinstance(value, dict) or len(value) > MOST:
        raise tk.Invalid(wrong)
    for name, given in value.items():
        values = [*given.values()] if ranges.from_api(given) is not None else given
        if not isinstance(values, list) or not values or len(values) > MOST:
            raise tk.Invalid(wrong)
        for one in (name, *values):
            text(one)
    return value


@validator_args
def rows(not_empty: Validator, ignore_empty: Validator, default: ValidatorFactory) -> Schema:
    return {
        "id": [not_empty, text],
        "resource": [not_empty, text],
        "filters": [default({}), conditions],
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
