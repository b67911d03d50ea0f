"""Lenient reading of JSON: the mistakes that many writers make are mended or allowed."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any


def read_integer(written: str) -> int | str:
    """Return a number, as text when it is longer than any number of a record."""
    return int(written) if len(written) <= 30 else written


def read_decimal(written: str) -> float | str:
    """Return a number, as text when it is beyond what a float holds."""
    number = float(written)
    return number if math.isfinite(number) else written


_DECODER = json.JSONDecoder(
    parse_int=read_integer, parse_float=read_decimal, parse_constant=lambda _: None, strict=False
)


def decode_json(text: str, place: int = 0) -> tuple[Any, int]:
    """Return the JSON value at a place, and where it ends; control characters in texts and huge numbers are allowed.

    Raises:
        ValueError: There is none.
    """
    try:
        return _DECODER.raw_decode(text, place)
    except RecursionError as error:
        raise ValueError("too deep") from error


def decode_whole(text: str) -> Any:
    """Return the value of a text that is one JSON value and nothing else.

    Raises:
        ValueError: It is not.
    """
    try:
        return _DECODER.decode(text.lstrip("\ufeff"))
    except RecursionError as error:
        raise ValueError("too deep") from error


# A text that does not end is taken to the end of the document, lest it be looked for behind each quotation mark.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?P<end>")?|,(?=\s*+[}\]])|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?:(["\\/bfnrt]|u[0-9A-Fa-f]{4})|(?=.))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Change:
    """What was mended: where it stood, by how much the text behind it moved, and what to tell of it."""

    start: int
    end: int
    growth: int
    written: str


def mend_json(text: str) -> tuple[str, list[str]]:
    """Return JSON without commas before a closing bracket, and with the backslashes doubled that begin no escape.

    Numbers that are none become ``null``, control characters in texts are left to a lenient decoder.

    Returns:
        The text, and what was mended as it was written: each comma with what follows it, each text.
    """
    mended, changes, _ = mend(text)
    return mended, [change.written for change in changes]


def mend(text: str) -> tuple[str, list[Change], int]:
    """Do what :func:`mend_json` says; tell the changes, and up to where in the text no token is cut off."""
    changes: list[Change] = []
    whole = whole_until(text)

    def change(found: re.Match[str], sound: str, written: str) -> str:
        changes.append(Change(found.start(), found.end(), len(sound) - len(found[0]), written))
        return sound

    def token(found: re.Match[str]) -> str:
        nonlocal whole
        written = found[0]
        if written[0] == '"' and not found["end"]:
            whole = found.start()
            return written
        if written == ",":
            return change(found, "", text[found.start() : found.start() + 20].strip())
        if written[0] != '"':
            return change(found, "null", written)
        sound = written
        if "\\" in written:
            sound = _BAD_ESCAPE.sub(lambda escape: escape[0] if escape[1] else "\\\\", written)
        if sound != written or ("\\" not in written and _CONTROL_IN_TEXT.search(written)):
            return change(found, sound, written.strip('"'))
        return written

    return _TOKEN.sub(token, text), changes, whole


def whole_until(piece: str) -> int:
    """Return up to where no word, number or escape of a piece is cut off at its end."""
    return len(piece.rstrip()) - len("-Infinity")


def may_be_cut(error: ValueError, whole: int) -> bool:
    """Tell whether more of the text may help: a fault before what may be cut off stays one."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= whole or error.msg.startswith("Unterminated")


def is_mendable(error: ValueError) -> bool:
    """Tell whether a fault is one that :func:`mend_json` mends: an escape, or a comma before a closing bracket."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.msg.startswith("Invalid \\") or error.doc[: error.pos].rstrip().endswith(",")
