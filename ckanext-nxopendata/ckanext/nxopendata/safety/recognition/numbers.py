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
LONGEST = 80
"""Characters of a number with what stands between its digits."""

LONGEST_RUN = 4_000
"""Digits of a run that is looked at; a longer one is no text that people wrote."""

MOBILE = re.compile(
    r"(?:13[0-9]|14[57]|15[0-35-9]|16[2567]|17[0-35-8]|18[0-9]|19[0-35-9])[0-9]{8}|1740[0-5][0-9]{6}|1610[0-9]{7}"
)
"""Today's ranges of mobile numbers in China."""

_BETWEEN = '[ .,;|/_"\t\n\u3000·-]{1,3}'
SPLIT = re.compile(
    r"(?<![0-9])[1-8](?:S?[0-9]){5}S?(?:1S?9|2S?0)(?:S?[0-9]){2}S?[01]S?[0-9]S?[0-3]S?[0-9](?:S?[0-9]){3}"
    r"S?[0-9Xx](?![0-9])".replace("S?", _BETWEEN.replace("{1,", "{0,"))
)
"""An identity number whose digits something stands between: cells of a table, spaces, dots, the end of a line."""

_GROUPS = ({6, 10, 12, 14, 17}, {4, 8, 12, 16}, {3, 6, 9, 12, 15}, {6, 9, 12, 15})
"""After which digits people, and columns of tables, part an identity number."""

HEXADECIMAL = re.compile("[0-9A-Fa-f-]{0,40}")

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


def find_numbers(text: str, begin: int, stop: int) -> Iterator[Hit]:
    """Yield the numbers of a normalised text that begin in a part of it."""
    for found in CANDIDATE.finditer(text, begin, stop + LONGEST):
        start, end = found.span()
        if start >= stop:
            return
        run = text[start:end]
        if not run.isdecimal():
            run = run.replace(" ", "").replace("-", "")
        length = len(run)
        if length == 17 and text[end : end + 1] in ("X", "x"):
            run, end, length = run + "X", end + 1, 18
        if length == 11:
            if run[0] == "1" and MOBILE.fullmatch(run) and not _is_part(text, start, end):
                yield Hit("mobile", start, end, run)
        elif length == 18:
            yield from _read_eighteen(text, run, start, end)
        elif length <= LONGEST_RUN:
            yield from _read_other(text, run, start, end)


def _is_candidate(text: str, start: int, end: int) -> bool:
    """Whether :func:`find_numbers` reads the same number."""
    found = CANDIDATE.match(text, start)
    return found is not None and found.end() >= end


def find_damaged(text: str, begin: int, stop: int) -> Iterator[Hit]:
    """Yield identity numbers in the notation of a spreadsheet that begin in a part of a text."""
    for found in DAMAGED.finditer(text, begin, stop + LONGEST):
        value = found[0].upper().split("E")[0].replace(".", "").ljust(18, "0")
        if found.start() < stop and check_digits.has_identity_form(_as_identity(value)):
            yield Hit("damaged_id", *found.span(), value)


def find_split(text: str, begin: int, stop: int) -> Iterator[Hit]:
    """Yield identity numbers that something stands between, and that begin in a part of a text.

    Numbers of a table that stand beside each other make one by chance in a ten-millionth of the cases: what parts the
    digits must be the same everywhere, and part them as people do.
    """
    for found in SPLIT.finditer(text, begin, stop + LONGEST):
        tokens = re.split(f"({_BETWEEN})", found[0])
        groups, between = tokens[::2], {token.strip('"') for token in tokens[1::2]}
        if found.start() >= stop or len(groups) == 1 or len(between) > 1 or _is_candidate(text, *found.span()):
            continue
        ends = {sum(map(len, groups[: number + 1])) for number in range(len(groups) - 1)}
        if len(groups) < 18 and not any(ends <= usual for usual in _GROUPS) and (len(groups) > 2 or between != {"\n"}):
            continue
        identity = check_digits.read_identity("".join(groups))
        if identity is not None:
            yield Hit(identity.kind, *found.span(), "".join(groups).upper(), identity.born)


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


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether a run of digits is a part of a decimal fraction, a UUID or a hash."""
    if _is_decimal(text, start, end):
        return True
    around = HEXADECIMAL.match(text[max(0, start - 40) : start][::-1]), HEXADECIMAL.match(text, end)
    token = "".join(side[0] for side in around if side)
    return len(token) >= 13 and any(sign.isalpha() for sign in token)


def _is_decimal(text: str, start: int, end: int) -> bool:
    """Whether a run of digits is a part of a decimal fraction; a spreadsheet's ``.0`` at the end is none."""
    if text[start - 1 : start] == "." and start > 1 and text[start - 2].isdecimal():
        return True
    rest = text[end : end + 4]
    return rest[:1] == "." and rest[1:2].isdecimal() and bool(rest[1:].strip("0,;\t\n\r \"'"))
