"""What callers of actions send, where CKAN's validators are too much."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.nxopendata.core.payload.value_types import UNSTORABLE


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
    return value if isinstance(value, str) and not UNSTORABLE.search(value) else None


NAMES = ("id", "dataset", "resource_id", "owner_org", "org_id")
"""Parameters by which actions and their auth functions look something up."""

NUMBERS = ("limit", "offset", "start", "rows")


def guard(action: Callable[..., Any]) -> Callable[..., Any]:
    """Return the action, for names and numbers that can be looked up alone.

    What cannot be is refused before the action or its auth function asks the database.
    """

    @wraps(action)
    def checked(*arguments: Any, **options: Any) -> Any:
        data_dict = arguments[-1] or {}
        for name in NAMES:
            text(data_dict, name)
        for name in NUMBERS:
            if isinstance(data_dict.get(name), list | dict):
                raise tk.ValidationError({name: [tk._("Must be a whole number")]})
        return action(*arguments, **options)

    return checked


MOST_AT_ONCE = 1000
"""Objects that one call may name in a list."""


def text(data_dict: Mapping[str, Any], name: str) -> str:
    """A text; "" when nothing was sent.

    Raises:
        ValidationError: it is another value, or one that cannot be stored; it names the field.
    """
    value = data_dict.get(name)
    if value is not None and key(value) is None:
        raise tk.ValidationError({name: [tk._("Write one text here, not a list, a table or a bare number")]})
    return value or ""


def texts(data_dict: Mapping[str, Any], name: str, most: int = MOST_AT_ONCE) -> list[str]:
    """A list of texts; [] when nothing was sent. Read it after ``check_access``.

    Raises:
        ValidationError: it is no list, holds something else, or is too long; it names the field.
    """
    value = data_dict.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise tk.ValidationError({name: [tk._("Write a list of texts here")]})
    if len(value) > most:
        message = tk._("Write at most {most} at once, and the others in further calls").format(most=most)
        raise tk.ValidationError({name: [message]})
    if any(key(one) is None for one in value):
        raise tk.ValidationError({name: [tk._("Write a list of texts here")]})
    return value


def limit(data_dict: Mapping[str, Any], default: int, most: int) -> int:
    """Return the parameter ``limit``, brought between 0 and ``most``.

    Raises:
        ValidationError: it is no whole number.
    """
    return max(0, min(integer(data_dict, "limit", default), most))


def offset(data_dict: Mapping[str, Any]) -> int:
    """Return the parameter ``offset``; 0 when nothing was sent.

    Raises:
        ValidationError: it is no whole number.
    """
    return max(0, integer(data_dict, "offset", 0))


def integer(data_dict: Mapping[str, Any], name: str, default: int) -> int:
    """Return a whole number.

    Raises:
        ValidationError: it is none; it names the field.
    """
    try:
        return int(data_dict.get(name, default))
    except (TypeError, ValueError):
        raise tk.ValidationError({name: [tk._("Must be a whole number")]}) from None


def sent_file(data_dict: Mapping[str, Any], largest: int, too_large: str = "") -> tuple[str, bytes]:
    """Return the name and content of the file that a form uploads (``upload``) or a program sends (``file_name``, and
    ``content`` in Base64). Too large an upload is refused before it is in memory.

    Args:
        largest: bytes.
        too_large: what is said of a larger one, with %d for the megabytes; else to split it.

    Raises:
        ValidationError: there is none, it is too large, or not Base64.
    """
    too_large = too_large or tk._("The file is larger than %d MB: split it")
    upload = data_dict.get("upload")
    if upload is not None and hasattr(upload, "read"):
        _require_size(upload.seek(0, io.SEEK_END), largest, too_large)
        upload.seek(0)
        name, content = upload.filename or "", upload.read(largest + 1)
    else:
        name = str(data_dict.get("file_name") or "")
        try:
            content = base64.b64decode(str(data_dict.get("content") or ""), validate=True)
        except ValueError:
            raise tk.ValidationError({"content": [tk._("This is not Base64")]}) from None
    if not content:
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    _require_size(len(content), largest, too_large)
    return name[:200], content


def _require_size(size: int, largest: int, too_large: str) -> None:
    if size > largest:
        raise tk.ValidationError({"upload": [too_large % (largest // 1024 // 1024)]})
