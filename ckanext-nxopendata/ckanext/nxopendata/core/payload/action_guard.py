"""What reaches actions can be looked up and stored: no lists for texts, no NUL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask_babel import lazy_gettext as _

from ckanext.nxopendata.core.payload import value_types

MESSAGES = {
    value_types.NOT_TEXT: _("Write one text here, not a list, a table or a bare number"),
    value_types.NOT_TEXTS: _("Write a list of texts here"),
    value_types.NOT_ROWS: _("Write a list of rows here, each with its fields"),
    value_types.NOT_STORABLE: _("This holds a character that cannot be stored: type the text again"),
    value_types.TOO_LONG: _("Too long: write at most {number} characters"),
    value_types.TOO_BIG: _("The number is too big"),
}
"""Code of :func:`value_types.find_type_errors` -> its text."""


def format_error(code: str) -> str:
    """Return the text of a code, in the language of the reader."""
    return str(MESSAGES[code]).format(number=value_types.LONGEST_TITLE)


def to_error_dict(codes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what :func:`value_types.find_type_errors` found as the errors of an action."""
    return {
        name: [to_error_dict(row) for row in code] if isinstance(code, list) else [format_error(code)]
        for name, code in codes.items()
    }


def guard_action(action: Callable[..., Any], structured: Collection[str]) -> Callable[..., Any]:
    """Return the action, for data of the right types alone.

    Args:
        structured: the parameters that may be a list or a mapping; every other one is one text or number.

    Raises:
        tk.ValidationError: by field, before the action looks anything up.
    """

    @wraps(action)
    def guarded(context: Context, data_dict: dict[str, Any]) -> Any:
        codes = value_types.find_type_errors(data_dict, ()) | {
            name: value_types.NOT_TEXT
            for name, value in data_dict.items()
            if isinstance(value, list | dict) and name not in structured
        }
        if codes:
            raise tk.ValidationError(to_error_dict(codes))
        return action(context, data_dict)

    return guarded
