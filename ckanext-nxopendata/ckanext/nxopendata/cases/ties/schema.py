"""What the action takes."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator

from ckanext.nxopendata.core.payload.validators import text

MOST = 1000


def texts(value: Any) -> list[str]:
    """A list of texts."""
    if not isinstance(value, list) or len(value) > MOST:
        raise tk.Invalid(tk._("Write a list of texts here"))
    return [text(one) for one in value]


@validator_args
def datasets(not_empty: Validator) -> Schema:
    return {"ids": [not_empty, texts]}
