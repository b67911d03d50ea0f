"""What the action of ratings takes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.nxopendata.core.payload.validators import text

RATINGS = {str(number): number for number in range(1, 6)}


def a_rating(value: Any) -> int:
    """A whole number from 1 to 5."""
    if isinstance(value, bool) or str(value) not in RATINGS:
        raise tk.Invalid(tk._("Choose a number from 1 to 5"))
    return RATINGS[str(value)]


@validator_args
def rating(not_empty: Validator) -> Schema:
    return {"id": [not_empty, text], "rating": [not_empty, a_rating]}
