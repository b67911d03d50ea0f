"""JSON as programs write it: one document, a record a line, records one behind the other, JSONP, a comma too many."""

from __future__ import annotations

import json
import re
from typing import Any

from ckanext.nxopendata.core.tabular import cells
from ckanext.nxopendata.core.tabular.errors import UnreadableError

CALL = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w$.]+\s*(?:\(|=(?=\s*[\[{]))(?=\s*[\[{])")
"""What stands before the document where it is the argument of a function or the value of a name."""

SURPLUS = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[\]}])|/\*.*?\*/|(?<!:)//[^\n]*', re.DOTALL)
"""Texts, commas before the end of a list, comments: all but the texts are left out."""

BETWEEN = re.compile(r"[\s,\x1e]*")
"""What may stand between records; RFC 7464 and 8142 begin each with a sign of their own."""


def parse(text: str) -> Any:
    """Return the document of a JSON text, a list where it holds several.

    A number keeps the digits as they are written; of a key that stands twice in an object the second gets a number.

    Raises:
        UnreadableError: ``broken``; ``line`` says where.
    """
    try:
        return _DECODER.decode(text)
    except ValueError:
        pass
    if found := CALL.match(text):
        text = text[found.end() :].rstrip(" \t\r\n;")
        text = text.removesuffix(")")
    try:
        return _one_or_all(text)
    except ValueError:
        try:
            return _one_or_all(SURPLUS.sub(lambda found: found[0] if found[0][0] == '"' else "", text))
        except json.JSONDecodeError as error:
            raise UnreadableError("broken_json", line=error.lineno) from error


def _one_or_all(text: str) -> Any:
    values, place = [], BETWEEN.match(text).end()  # pyright: ignore[reportOptionalMemberAccess]  it matches nothing too
    while place < len(text):
        try:
            value, end = _DECODER.raw_decode(text, place)
        except json.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, text, place if values else error.pos) from error
        values.append(value)
        place = end
        place = BETWEEN.match(text, place).end()  # pyright: ignore[reportOptionalMemberAccess]
    if not values:
        raise json.JSONDecodeError("no value", text, 0)
    return values[0] if len(values) == 1 else values


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands in it twice gets a number."""
    record: dict[str, Any] = {}
    for key, value in pairs:
        name, turn = key, 1
        while name in record:
            turn += 1
            name = f"{key}_{turn}"
        record[name] = value
    return record


_DECODER = json.JSONDecoder(parse_float=cells.ExactNumber, parse_constant=str, object_pairs_hook=_unique, strict=False)
