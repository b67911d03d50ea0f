"""What callers of actions send, where CKAN's validators are too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk


def flag(data_dict: Mapping[str, Any], name: str, default: bool) -> bool:
    """Yes or no, as CKAN reads it.

    Raises:
        ValidationError: the value says neither; it names the field.
    """
    try:
        return tk.asbool(data_dict.get(name, default))
    except ValueError:
        raise tk.ValidationError({name: [tk._("Must be true or false")]}) from None


def key(value: Any) -> str | None:
    """An id or name as the database can look for it; None of what none can be."""
    return value if isinstance(value, str) and "\x00" not in value else None
