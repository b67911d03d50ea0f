"""Validators of single values that callers of actions send: a text, a number, an e-mail address, a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.logic.validators import email_validator
from ckan.types import Validator

from ckanext.nxopendata.core.payload import action_guard, value_types
from ckanext.nxopendata.core.timezone import CHINA


def a_time(value: Any) -> dt.datetime | None:
    """A time as CKAN stores it (UTC) from ISO 8601; China's time where no zone is named."""
    if value in (None, ""):
        return None
    if isinstance(value, dt.datetime):
        return value
    try:
        time = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise tk.Invalid(tk._("Write the time as YYYY-MM-DD HH:MM")) from None
    return (time if time.tzinfo else time.replace(tzinfo=CHINA)).astimezone(dt.UTC).replace(tzinfo=None)


def text(value: Any) -> str:
    """One text that can be stored."""
    if not isinstance(value, str):
        raise tk.Invalid(action_guard.format_error(value_types.NOT_TEXT))
    if value_types.UNSTORABLE.search(value):
        raise tk.Invalid(action_guard.format_error(value_types.NOT_STORABLE))
    return value


LONGEST_EMAIL = 254
"""Characters (RFC 5321, 4.5.3.1.3, without the angle brackets)."""


def email(value: Any) -> str:
    """One address to write to, without spaces or line breaks around it."""
    address = text(value).strip()
    if len(address) > LONGEST_EMAIL:
        raise tk.Invalid(tk._("Write at most {number} characters").format(number=LONGEST_EMAIL))
    return email_validator(address, {})


def number(highest: int = 10**9) -> Validator:
    """A whole number from 0, no more than ``highest``, which is taken for what is more."""

    def whole_number(value: Any) -> int:
        try:
            found = int(value)
        except (TypeError, ValueError):
            found = -1
        if found < 0:
            raise tk.Invalid(tk._('Write a whole number; not "%s"') % str(value)[:50])
        return min(found, highest)

    return whole_number
