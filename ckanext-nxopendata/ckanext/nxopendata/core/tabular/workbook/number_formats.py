"""What a worksheet shows of a number, where its format carries information (ECMA-376 part 1, 18.8.30 and 18.8.31).

Leading zeros, letters around digits, per cent, dates, times and durations are kept as they are shown. Decimals that a
format hides and signs of currency are not: the number itself says more.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from operator import eq, ge, gt, le, lt, ne

BUILT_IN = {
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm",
    19: "h:mm:ss",
}
BUILT_IN |= {20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss"}
BUILT_IN |= {48: "##0.0E+0"}
BUILT_IN |= dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd")
"""Formats without a code in the file; 27 to 36 and 50 to 58 are dates in Chinese, Japanese and Korean programs."""

LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
COMPARISONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "<>": ne}
DURATION = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
PLACEHOLDERS = re.compile(r"[0#?][0#?,.]*")
CURRENCY = re.compile(r"[¥￥$€£元\s()（）+-]*\Z")
FIRST_DAY = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001  no zone in a workbook
LEAP_DAY = 60
"""Serial number of 29 February 1900, which the 1900 system has and the calendar has not."""

AMOUNTS = frozenset({"number", "percent", "unit", "scaled", "duration"})
SHOWN_OF_DAY = {"month": 7, "year": 4}
"""Characters of a day in ISO 8601 that a format shows."""

MOST_EXACT = 10**15
LAST_SERIAL = 2_958_466
SECONDS = 86_400


def plain(value: float) -> str:
    """Return a number without exponent, in the 15 digits that a worksheet keeps.

    >>> plain(0.1 + 0.2), plain(1e-07), plain(2.0)
    ('0.3', '0.0000001', '2')
    """
    text = f"{value:.15g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    return text


def show(value: float, code: str, *, from_1904: bool = False, whole_days: bool = False) -> str:
    """Return what a worksheet shows of a number.

    Args:
        code: of its number format; "" and ``General`` for none.
        from_1904: whether days count from 1904.
        whole_days: whether a day is wanted whole where the format shows its month or year alone.
    """
    kind, detail = _read_code(_choose_section(code, value))
    if kind in SHOWN_OF_DAY:
        day = _show_date(value, from_1904=from_1904)
        return day if whole_days else day[: SHOWN_OF_DAY[kind]]
    if kind == "date":
        return _show_date(value, from_1904=from_1904)
    if kind == "time":
        return _show_time(value) if 0 <= value < 1 else _show_date(value, from_1904=from_1904)
    if kind == "duration":
        return _show_duration(value)
    if kind == "percent":
        return plain(round(value * 100, 12)) + "%"
    if kind == "scaled":
        before, thousands, after = detail
        shown = Decimal(plain(value)).scaleb(-3 * int(thousands)).normalize()
        return f"{before}{shown:f}{after}"
    if kind == "groups" and value == int(value) and value >= 0:
        return _show_groups(int(value), detail[1])
    if kind == "code" and value == int(value) and value >= 0:
        before, digits, after = detail
        return f"{before}{int(value):0{len(digits)}}{after}"
    if kind == "unit":
        before, _, after = detail
        return f"{before}{plain(value)}{after}"
    return plain(value)


def has_lost_digits(value: float, code: str) -> bool:
    """Whether a whole number has more digits than a worksheet keeps, so that an identity number ends in zeros."""
    return abs(value) >= MOST_EXACT and value == int(value) and "E" not in code.upper()


def is_amount(code: str) -> bool:
    """Whether a number of a format counts something: a date and a code name their row, an amount may be added up."""
    return _read_code(code.split(";")[0])[0] in AMOUNTS


def _choose_section(code: str, value: float) -> str:
    """The part of a format that holds for a number: by its conditions, such as ``[>=100]``, else by its sign."""
    sections = code.split(";")
    if CONDITION.search(code):
        return next((section for section in sections if _holds(section, value)), sections[-1])
    return sections[1] if value < 0 and len(sections) > 1 else sections[0]


def _holds(section: str, value: float) -> bool:
    found = CONDITION.search(section)
    return found is None or COMPARISONS[found[1]](value, float(found[2]))


@lru_cache(maxsize=1000)
def _read_code(code: str) -> tuple[str, tuple[str, str, str]]:
    """What a section of a format does.

    Returns:
        ``date``, ``month``, ``year``, ``time``, ``duration``, ``percent``, ``code``, ``groups``, ``scaled``, ``unit``
        or ``number``; and what stands before, between and after.
    """
    nothing = "", "", ""
    if not code or code.lower() == "general" or code == "@":
        return "number", nothing
    if DURATION.search(code):
        return "duration", nothing
    bare = LITERAL.sub("", code)
    if "%" in bare:
        return "percent", nothing
    if not PLACEHOLDERS.search(bare):
        signs = {
            sign.lower() for sign in DATE_SIGNS.findall(re.sub(r"AM/PM|A/P|general", "", bare, flags=re.IGNORECASE))
        }
        if signs in ({"y"}, {"y", "m"}):
            return ("month" if "m" in signs else "year"), nothing
        if signs & {"y", "d"} or signs == {"m"}:
            return "date", nothing
        return ("time", nothing) if signs else ("number", nothing)
    text = LITERAL.sub(lambda found: "".join(f"\x00{sign}" for sign in found[1] or found[2] or found[3] or ""), code)
    digits = PLACEHOLDERS.search(re.sub(r"\x00.", "\x00\x00", text))
    if digits is None:
        return "number", nothing
    before, after = (part.replace("\x00", "") for part in (text[: digits.start()], text[digits.end() :]))
    pattern = digits.group()
    rest = text[digits.end() :]
    if PLACEHOLDERS.search(re.sub(r"\x00.", "\x00\x00", rest)):
        return _read_groups(text, digits.start())
    if scale := len(pattern) - len(pattern.rstrip(",")):
        before, after = ("" if CURRENCY.match(part) else part for part in (before, after))
        return "scaled", (before, str(scale), after.rstrip())
    padded = re.fullmatch(r"0{2,}", pattern) is not None
    if padded or (pattern == "0" and re.search(r"[A-Za-z\u3400-\u9fff]", before)):
        return "code", ("" if CURRENCY.match(before) else before, pattern, "" if CURRENCY.match(after) else after)
    if CURRENCY.match(before) and CURRENCY.match(after):
        return "number", nothing
    return "unit", ("" if CURRENCY.match(before) else before, pattern, "" if CURRENCY.match(after) else after.rstrip())


def _read_groups(text: str, start: int) -> tuple[str, tuple[str, str, str]]:
    """A format with signs among its digits: a code such as ``0000-0000000``; a fraction or exponent is a number."""
    bare = re.sub(r"\x00(.)", "\x01", text)
    if not re.fullmatch(r"[0#\x01 ()-]*", bare) or "0" not in bare:
        return "number", ("", "", "")
    return "groups", ("", text, str(start))


def _show_groups(value: int, code: str) -> str:
    """The digits of a number in the places of a format, from the right; what is too much stands at the left."""
    digits, out = str(value), []
    signs = re.findall(r"\x00.|.", code, re.DOTALL)
    places = [place for place, sign in enumerate(signs) if sign in "0#"]
    first = places[0]
    for place in range(len(signs) - 1, -1, -1):
        sign = signs[place]
        if sign not in ("0", "#"):
            out.append(sign[-1])
        elif place == first:
            out.append(digits or ("0" if sign == "0" else ""))
        elif digits or sign == "0":
            out.append(digits[-1:] or "0")
            digits = digits[:-1]
    return "".join(reversed(out)).strip()


def _show_date(serial: float, *, from_1904: bool) -> str:
    if not 0 <= serial < LAST_SERIAL:
        return plain(serial)
    if not from_1904 and serial < LEAP_DAY:
        serial += 1  # before the day that never was
    moment = FIRST_DAY[from_1904] + dt.timedelta(seconds=round(serial * SECONDS))
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ")


def _show_time(serial: float) -> str:
    seconds = round(serial * SECONDS) % SECONDS
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _show_duration(serial: float) -> str:
    seconds = abs(round(serial * SECONDS))
    sign = "-" if serial < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
