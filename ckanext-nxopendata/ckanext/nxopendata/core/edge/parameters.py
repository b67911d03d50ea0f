"""The types of an action's parameters, as its documentation names them, and what is wrong with values of others.

CKAN documents each parameter (``:type id: string``) and takes the type for granted: a list in the place of an id ends
in the database's error, not in a message. What a parameter takes that nobody documented is told by its name. Imports
nothing of CKAN.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from ckanext.nxopendata.core.edge.payload import LARGEST

TYPE = re.compile(r"^\s*:type (\w+(?:, ?\w+)*): *(.*)$", re.MULTILINE)

TEXT, NUMBER, COUNT, FLAG = "text", "number", "count", "flag"
TEXTS, ROWS, MAPPING, ANYTHING = "texts", "rows", "mapping", "anything"
FILTERS, MOMENT, PATH = "filters", "moment", "path"
"""Types of parameters."""

NOT_TEXT, NOT_NUMBER, NOT_COUNT, NOT_FLAG = "not_text", "not_number", "not_count", "not_flag"
NOT_TEXTS, NOT_ROWS, NOT_MAPPING, TOO_MANY = "not_texts", "not_rows", "not_mapping", "too_many"
NOT_MOMENT, NOT_PATH, NO_CHOICE = "not_moment", "not_path", "no_choice"
"""What is wrong with a value: codes of :func:`find_type_problem`."""

MOST_TEXTS = 1000
"""Texts in one parameter; what takes more in one call is documented as another type."""

COUNTS = frozenset({"limit", "offset", "rows", "start", "facet.limit", "batch_size"})
"""Numbers of objects: from 0."""

BY_NAME = {
    **dict.fromkeys(("id", "name", "name_or_id", "user", "username", "object", "object_type", "token", "jti"), TEXT),
    **dict.fromkeys(("dataset", "owner_org", "format", "rel", "state", "type", "url", "email"), TEXT),
    **dict.fromkeys(COUNTS, COUNT),
    **dict.fromkeys(("before", "after"), MOMENT),
}
"""What a parameter of this name takes, where no documentation says so; ``…_id`` takes a text, ``include_…`` a flag."""

LATEST = 253_402_300_799
"""Seconds since 1970 of the last moment that has a date, 9999-12-31."""

TRUE_OR_FALSE = frozenset(("true", "yes", "on", "y", "t", "1", "false", "no", "off", "n", "f", "0", ""))
"""Texts that CKAN reads as yes or no, in small letters."""


@lru_cache(maxsize=1000)
def find_types(action: Callable[..., Any]) -> Mapping[str, str]:
    """Return parameter -> type, as the documentation of an action, or of what it chains or wraps, names them."""
    types: dict[str, str] = {}
    for link in _links(action):
        for names, written in TYPE.findall(inspect.getdoc(link) or ""):
            for name in names.replace(" ", "").split(","):
                types.setdefault(name, _read_type(name, written.lower()))
    return types


def _links(action: Any) -> Iterator[Any]:
    """An action, and what it wraps or chains, the outermost first."""
    waiting = [action]
    while waiting:
        link = waiting.pop(0)
        if inspect.isfunction(link):
            yield link
        inner = [getattr(link, "__wrapped__", None), getattr(link, "func", None), *getattr(link, "args", ())]
        waiting += [one for one in inner if callable(one)]


def _read_type(name: str, written: str) -> str:
    if "list" in written or "nested" in written:
        if " or " in written or "separated" in written or "controlled" in written:
            return ANYTHING
        return TEXTS if "string" in written else ROWS if "dict" in written else ANYTHING
    if "dict" in written:
        return {"dict": MAPPING, "dictionary": FILTERS}.get(written.strip(), ANYTHING)
    if written.startswith(("string", "str", "license id string", "iso date string")):
        return ANYTHING if " or " in written else TEXT
    if written.startswith("int"):
        return ANYTHING if "," in written and "optional" not in written else COUNT if name in COUNTS else NUMBER
    return FLAG if written.startswith("bool") else ANYTHING


def find_type_problem(name: str, value: Any, types: Mapping[str, str], *, reads: bool) -> str | None:
    """Return what is wrong with the type of a parameter's value, as a code; None if it is right.

    Args:
        reads: whether the action only reads: those that write take bare numbers for texts, as their fields do, but no
            text for an object, which an address alone has to hold as text.
    """
    if value is None:
        return None
    type_ = types.get(name) or BY_NAME.get(name) or _type_by_affix(name)
    if type_ == TEXT and not (reads or name in BY_NAME or name.endswith("_id")):
        return None if isinstance(value, str | int | float) or _is_file(value) else NOT_TEXT
    return check_type(value, MAPPING if type_ == FILTERS and not reads else type_)


def _type_by_affix(name: str) -> str:
    return TEXT if name.endswith("_id") else FLAG if name.startswith("include_") else ANYTHING


def is_empty_number(name: str, value: Any, types: Mapping[str, Any]) -> bool:
    """Return whether a parameter should be a number and was left empty, as a form sends it."""
    return value == "" and (types.get(name) in (NUMBER, COUNT) or name in COUNTS)


def check_type(value: Any, type_: str | frozenset[str]) -> str | None:
    """Return the code of what is wrong with a value that should be of a type, or one of some words; None if it is."""
    if isinstance(type_, frozenset):
        return None if not value or value in type_ else NO_CHOICE
    check = CHECKS.get(type_)
    return check(value) if check else None


def _text_problem(value: Any) -> str | None:
    return None if isinstance(value, str) or _is_file(value) else NOT_TEXT


def _flag_problem(value: Any) -> str | None:
    known = isinstance(value, bool | int | str) and str(value).strip().lower() in TRUE_OR_FALSE
    return None if known else NOT_FLAG


def _rows_problem(value: Any) -> str | None:
    return None if isinstance(value, list) and all(isinstance(row, Mapping) for row in value) else NOT_ROWS


def _mapping_problem(value: Any) -> str | None:
    return None if isinstance(value, Mapping) else NOT_MAPPING


def _filters_problem(value: Any) -> str | None:
    """An address holds an object as text."""
    return None if isinstance(value, str) else _mapping_problem(value)


def _moment_problem(value: Any) -> str | None:
    """A number is seconds since 1970; other texts are told from moments by who reads them."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None if isinstance(value, str) else NOT_MOMENT
    return None if 0 <= seconds <= LATEST else NOT_MOMENT


def _path_problem(value: Any) -> str | None:
    """An address, or the path of one: not the name of a view, for which CKAN takes other words."""
    is_address = isinstance(value, str) and (not value or value.startswith(("/", "http://", "https://")))
    return None if is_address else NOT_PATH


def _count_problem(value: Any) -> str | None:
    return None if _is_whole(value, least=0) else NOT_COUNT


def _number_problem(value: Any) -> str | None:
    return None if _is_whole(value, least=-LARGEST) else NOT_NUMBER


def _is_whole(value: Any, least: int) -> bool:
    """Whether a value is a whole number of 64 bits, or an empty text."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return False
    text = str(value)
    return not text or bool(re.fullmatch(r" ?[+-]?[0-9]{1,30} ?", text) and least <= int(text) <= LARGEST)


def _texts_problem(value: Any) -> str | None:
    if isinstance(value, str):
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return NOT_TEXTS
    return TOO_MANY if len(value) > MOST_TEXTS else None


def _is_file(value: Any) -> bool:
    """Whether a value is a file that was sent with a form."""
    return hasattr(value, "filename") and hasattr(value, "stream")


CHECKS: Mapping[str, Callable[[Any], str | None]] = {
    TEXT: _text_problem,
    NUMBER: _number_problem,
    COUNT: _count_problem,
    FLAG: _flag_problem,
    TEXTS: _texts_problem,
    ROWS: _rows_problem,
    MAPPING: _mapping_problem,
    FILTERS: _filters_problem,
    MOMENT: _moment_problem,
    PATH: _path_problem,
}
"""Type -> the function that says what is wrong with a value."""
