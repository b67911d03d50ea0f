"""Checked numbers in running text: one pass finds runs of digits, only these are looked at closely.

``\\b`` does not separate a digit from a Chinese character, so digits are bounded by digits alone. The order of the
questions matters: 3 % of the identity numbers pass as codes of organisations too, 10 % as bank cards.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from ckanext.nxopendata.safety.recognition import check_digits

CANDIDATE = re.compile(
    r"(?<![0-9])(?:"
    r"[0-9]{11,}"
    r"|[0-9]{6}[ -][0-9]{8}[ -][0-9]{3}[0-9Xx]"
    r"|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3}[Xx]?)?"
    r"|1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}"
    r")(?![0-9])"
)
LONGEST_RUN = 4_000
"""Digits of a run that is looked at; a longer one is no text that people wrote."""

MOBILE = re.compile(
    r"(?:13[0-9]|14[57]|15[0-35-9]|16[2567]|17[0-35-8]|18[0-9]|19[0-35-9])[0-9]{8}|1740[0-5][0-9]{6}|1610[0-9]{7}"
)
"""Today's ranges of mobile numbers in China."""

DAMAGED = re.compile(r"[1-8]\.[0-9]{4,16}[Ee]\+?17(?![0-9])")
"""An identity number in the notation of a spreadsheet: 6.40104199003070E+17."""


class Hit(NamedTuple):
    """A number in a text.

    Attributes:
        kind: ``resident_id``, ``residence_permit``, ``foreign_resident``, ``pupil_number``, ``old_id``, ``mobile``,
            ``bank_card`` or ``damaged_id``; ``old_id`` and ``bank_card`` need context.
        start, end: where it stands.
        value: without what separates its groups.
        born: the birth date that it holds.
    """

    kind: str
    start: int
    end: int
    value: str
    born: dt.date | None = None


def find_numbers(text: str) -> Iterator[Hit]:
    """Yield the numbers of a normalised text."""
    for found in CANDIDATE.finditer(text):
        start, end = found.span()
        run = text[start:end]
        if not run.isdecimal():
            run = run.replace(" ", "").replace("-", "")
        length = len(run)
        if length == 17 and text[end : end + 1] in ("X", "x"):
            run, end, length = run + "X", end + 1, 18
        if length == 11:
            if run[0] == "1" and MOBILE.fullmatch(run) and not _is_decimal(text, start, end):
                yield Hit("mobile", start, end, run)
        elif length == 18:
            yield from _read_eighteen(text, run, start, end)
        elif length <= LONGEST_RUN:
            yield from _read_other(text, run, start, end)
    if "E" in text or "e+" in text:
        for found in DAMAGED.finditer(text):
            value = found[0].upper().split("E")[0].replace(".", "").ljust(18, "0")
            if check_digits.has_identity_form(_as_identity(value)):
                yield Hit("damaged_id", *found.span(), value)


def _as_identity(digits: str) -> str:
    """A number with what the spreadsheet cut filled in: a day, where the digits end before it."""
    return digits if digits[6:14].rstrip("0") and digits[12:14] != "00" else f"{digits[:6]}19900101{digits[14:]}"


def _read_eighteen(text: str, run: str, start: int, end: int) -> Iterator[Hit]:
    identity = check_digits.read_identity(run)
    if identity is not None:
        kind = "pupil_number" if text[start - 1 : start] in ("G", "g", "L", "l") else identity.kind
        yield Hit(kind, start, end, run, identity.born)
    elif check_digits.is_damaged_identity(run):
        yield Hit("damaged_id", start, end, run)
    elif check_digits.is_bank_card(run):
        yield Hit("bank_card", start, end, run)


def _read_other(text: str, run: str, start: int, end: int) -> Iterator[Hit]:
    length = len(run)
    for prefix in ("86", "0086"):
        if (
            length == 11 + len(prefix)
            and run.startswith(prefix)
            and _may_precede(text, start)
            and MOBILE.fullmatch(run[len(prefix) :])
        ):
            yield Hit("mobile", start, end, run[len(prefix) :])
            return
    if length == 15 and check_digits.has_identity_form(run):
        yield Hit("old_id", start, end, run)
    elif 15 <= length <= 19 and check_digits.is_bank_card(run) and not _is_decimal(text, start, end):
        yield Hit("bank_card", start, end, run)
    elif length > 18:
        yield from _read_joined(run, start, end)


def _may_precede(text: str, start: int) -> bool:
    """Whether a country code may follow: after a plus, a word or a colon; alone it is more often a long number."""
    before = text[start - 1 : start]
    return before in ("+", ":", "：", "(", "（") or "\u4e00" <= before <= "\u9fff"


def _read_joined(run: str, start: int, end: int) -> Iterator[Hit]:
    """Identity numbers written one after the other, or followed by a mobile number; not any part of a long number."""
    if len(run) % 18 == 0:
        parts = [run[place : place + 18] for place in range(0, len(run), 18)]
    elif len(run) == 29:
        parts = [run[:18]] if MOBILE.fullmatch(run[18:]) else [run[11:]] if MOBILE.fullmatch(run[:11]) else []
    else:
        return
    read = [check_digits.read_identity(part) for part in parts]
    if all(read):
        for part, identity in zip(parts, read, strict=True):
            if identity is not None:
                yield Hit(identity.kind, start, end, part, identity.born)


def _is_decimal(text: str, start: int, end: int) -> bool:
    """Whether a run of digits is a part of a decimal fraction; a spreadsheet's ``.0`` at the end is none."""
    if text[start - 1 : start] == "." and start > 1 and text[start - 2].isdecimal():
        return True
    rest = text[end : end + 4]
    return rest[:1] == "." and rest[1:2].isdecimal() and bool(rest[1:].strip("0,;\t\n\r \"'"))
