"""Cells as text."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from math import isfinite

INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

MISREAD = {number: bytes([number]).decode("cp1252", "ignore") for number in range(0x80, 0xA0)}
"""Control characters for the dashes and quotation marks of Windows-1252, which a program took for Latin-1."""


def clean(text: str) -> str:
    """Return ``text`` without control and invisible characters and without space around it; its words stay."""
    return INVISIBLE.sub("", text).translate(MISREAD).replace("\u00a0", " ").strip(" \t\r\n\u3000")


class ExactNumber(float):
    """A number of a JSON text that remembers how it was written, where a float would lose some of it."""

    def __new__(cls, text: str) -> ExactNumber:
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str


def to_text(value: object) -> str:
    """Return the text of a cell of a spreadsheet or of a JSON value.

    Whole numbers lose ``.0``, dates are ISO 8601, lists and objects JSON; nothing is "".
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, ExactNumber) and (not isfinite(value) or Decimal(value.text) != Decimal(repr(float(value)))):
        return value.text
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return clean(str(value))


def width(row: Iterable[str]) -> int:
    """Return the number of the last cell that is not empty, from 1; 0 for an empty row."""
    return max((number for number, cell in enumerate(row, 1) if cell), default=0)
