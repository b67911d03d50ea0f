"""Check that what a caller sent has the types that its fields need, before any validator reads it.

Validators of CKAN and of extensions take texts for granted; a list in the place of a text, or a character that the
database cannot keep, ends them with an exception and the caller with "Internal Server Error".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL's ``text`` and UTF-8 do not hold: NUL and halves of surrogate pairs."""

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no line of text holds: control characters, and what cannot be stored."""

LONGEST_TITLE = 500
"""Characters; the search index keeps titles whole, for sorting."""

LARGEST = 2**63 - 1
"""PostgreSQL's ``bigint``."""

NOT_TEXT, NOT_TEXTS, NOT_ROWS = "not_text", "not_texts", "not_rows"
NOT_STORABLE, TOO_LONG, TOO_BIG = "not_storable", "too_long", "too_big"
"""What is wrong: codes of :func:`find_type_errors`, put into words by :mod:`action_guard`."""

CORE = ("id", "name", "type", "title", "notes", "description", "owner_org", "state", "tag_string")
OF_FILE = ("id", "url", "url_type", "format", "hash", "state")
"""Fields of CKAN that hold texts alone. The others take numbers too, and become texts."""

OTHERS = ("license_id", "url", "version", "author", "author_email", "maintainer", "maintainer_email", "image_url")
OTHERS_OF_FILE = ("name", "description", "mimetype", "mimetype_inner", "cache_url", "resource_type")

LOCALISED = ("localised_text", "localised_textarea", "localised_tags")
SEVERAL = ("codes", "text_list")
ROWS = ("tags", "groups", "extras", "users")


def find_type_errors(
    data: Mapping[str, Any], fields: Iterable[Mapping[str, Any]], resource_fields: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Find the values of ``data`` whose type is not what their field needs.

    Args:
        data: a dataset, department or group as an action takes it.
        fields: its fields in the schema, with ``preset`` as the schema writes it.
        resource_fields: those of its files.

    Returns:
        Field -> code; for fields of rows a list with ``{field: code}`` a row, as CKAN nests errors. {} if all is well.
    """
    known = {field["field_name"]: field for field in fields}
    files = {*OTHERS_OF_FILE, *(field["field_name"] for field in resource_fields)}
    found: dict[str, Any] = {}
    for name, value in data.items():
        field = known.get(name, {})
        if parts := field.get("repeating_subfields"):
            problem = _rows(value, ("name", "name_en"), {part["field_name"] for part in parts})
        elif name == "resources":
            problem = _rows(value, OF_FILE, files)
        elif name in ROWS:
            problem = _rows(value, ("name", "key"), ("id", "title", "vocabulary_id", "capacity"))
        elif field.get("preset") in LOCALISED:
            problem = _deep(value) or (name == "title_translated" and _too_long(value))
        elif field.get("preset") in SEVERAL:
            problem = _several(value)
        elif name in CORE:
            problem = _text(value) or (name == "title" and _too_long(value))
        else:
            problem = _one(value) if name in known or name in OTHERS else _deep(value)
        if problem:
            found[name] = problem
    return found


def find_core_type_errors(data: Mapping[str, Any]) -> dict[str, str]:
    """Find the type errors in the few fields by which CKAN finds its way before it validates."""
    names = ("id", "name", "type", "owner_org", "state")
    return {name: problem for name in names if (problem := _text(data.get(name)))}


def _text(value: Any) -> str | None:
    return NOT_TEXT if isinstance(value, bool | int | float) else _one(value)


def _one(value: Any) -> str | None:
    return NOT_TEXT if isinstance(value, list | tuple | dict | set) else _deep(value)


def _several(value: Any) -> str | None:
    if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(item, str | int) for item in value)):
        return NOT_TEXTS
    return _deep(value)


def _too_long(value: Any) -> str | None:
    texts = value.values() if isinstance(value, Mapping) else [value]
    return TOO_LONG if any(isinstance(text, str) and len(text) > LONGEST_TITLE for text in texts) else None


def _rows(value: Any, texts: Collection[str], others: Collection[str]) -> Any:
    if value is None or value == "" or not isinstance(value, str | int | float | list | tuple | dict):
        return None
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        return NOT_ROWS
    found = [_row(row, texts, others) for row in value]
    return found if any(found) else None


def _row(row: Mapping[str, Any], texts: Collection[str], others: Collection[str]) -> dict[str, str]:
    checked = {
        name: _text(value) if name in texts else _one(value) if name in others else _deep(value)
        for name, value in row.items()
    }
    return {name: problem for name, problem in checked.items() if problem}


def _deep(value: Any) -> str | None:
    if isinstance(value, str):
        return NOT_STORABLE if UNSTORABLE.search(value) else None
    if isinstance(value, int):
        return TOO_BIG if abs(value) > LARGEST else None
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple):
        return next((problem for item in value if (problem := _deep(item))), None)
    return None
