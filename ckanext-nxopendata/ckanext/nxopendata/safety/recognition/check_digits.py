"""Numbers that prove themselves: identity numbers, codes of organisations, bank cards."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ckanext.nxopendata.core.tabular.values import check_characters

TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""Taiwan's letters in the order of their values, from 10."""

PERMIT_AREAS = ("810000", "820000", "830000")
"""Residence permits of people from Hong Kong, Macau and Taiwan."""

OLDEST = 120


@dataclass(frozen=True, slots=True)
class Identity:
    """A checked identity number.

    Attributes:
        kind: ``resident_id``, ``residence_permit`` or ``foreign_resident``.
        born: None where the number does not tell.
    """

    kind: str
    born: dt.date | None


@cache
def area_codes() -> frozenset[str]:
    """Return the codes of GB/T 2260, those of places that are no more included (``schemas/safety/area_codes.csv``)."""
    source = resources.files("ckanext.nxopendata.schemas.safety").joinpath("area_codes.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return frozenset(row["prefix"] + end for row in rows for end in row["codes"].split())


def read_identity(number: str) -> Identity | None:
    """Return what an identity number of 18 characters says; None where area, date or check character are wrong."""
    number = number.upper()
    if len(number) != 18 or not number[:17].isdecimal():
        return None
    if check_characters.of_identity_number(number[:17]) != number[17]:
        return None
    born = read_date(number[6:14])
    if number[0] == "9":  # 9 + place of acceptance + country + birth date + order, since 2023-12-01
        return Identity("foreign_resident", born) if born else None
    if born is None:
        return None
    if number[:6] in PERMIT_AREAS:
        return Identity("residence_permit", born)
    return Identity("resident_id", born) if number[:6] in area_codes() else None


def has_identity_form(number: str) -> bool:
    """Whether a number looks like an identity number, whatever its check character: real place, real date."""
    number = number.upper()
    if len(number) == 15 and number.isdecimal():
        return number[:6] in area_codes() and read_date("19" + number[6:12]) is not None
    if len(number) != 18 or not number[:17].isdecimal() or number[17] not in check_characters.IDENTITY_CHARACTERS:
        return False
    known = number[:6] in area_codes() or number[:6] in PERMIT_AREAS or number[0] == "9"
    return known and read_date(number[6:14]) is not None


def is_damaged_identity(number: str) -> bool:
    """Whether a number is an identity number that a spreadsheet cut to 15 digits: 640104199003070000."""
    return len(number) == 18 and number.endswith("000") and number[0] in "12345678" and has_identity_form(number)


def read_date(digits: str) -> dt.date | None:
    """Return the birth date of eight digits; None where there is no such day, or nobody born on it lives."""
    try:
        day = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    today = dt.date.today()  # noqa: DTZ011  the day is all that counts
    return day if day <= today and today.year - day.year <= OLDEST else None


def age_on(born: dt.date, day: dt.date) -> int:
    """Return the full years of a person on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_uscc(code: str) -> bool:
    """Whether a unified social credit code has its check character."""
    code = code.upper()
    if len(code) != 18 or any(sign not in check_characters.USCC_ALPHABET for sign in code):
        return False
    return check_characters.of_uscc(code[:17]) == code[17]


def is_luhn(number: str) -> bool:
    """Whether a number of digits has Luhn's check digit."""
    if not number.isdecimal():
        return False
    digits = [int(sign) for sign in reversed(number)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])) % 10 == 0


def is_bank_card(number: str) -> bool:
    """Whether a number may be a bank card: UnionPay, Visa, Mastercard, Amex, JCB; Luhn."""
    length = len(number)
    if number.startswith("62"):
        fits = 16 <= length <= 19
    elif number[:1] == "4" or "51" <= number[:2] <= "55":
        fits = length in (16, 19)
    else:
        fits = (number[:2] in ("34", "37") and length == 15) or (number[:2] == "35" and length == 16)
    return fits and len(set(number)) > 2 and is_luhn(number) and read_identity(number) is None


def is_hong_kong_id(text: str) -> bool:
    """Whether a Hong Kong identity number, ``A123456(3)``, has its check character."""
    signs = [sign for sign in text.upper() if sign.isascii() and sign.isalnum()]
    if len(signs) not in (8, 9):
        return False
    letters, digits, last = signs[:-7], signs[-7:-1], signs[-1]
    if not all(sign.isalpha() for sign in letters) or not all(sign.isdecimal() for sign in digits):
        return False
    values = [36] * (2 - len(letters)) + [ord(sign) - 55 for sign in letters] + [int(sign) for sign in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11] == last


def is_taiwan_id(text: str) -> bool:
    """Whether a Taiwan identity number, ``A123456789``, has its check digit."""
    text = text.upper()
    if len(text) != 10 or text[0] not in TW_LETTERS or not text[1:].isdecimal() or text[1] not in "1289":
        return False
    tens, ones = divmod(TW_LETTERS.index(text[0]) + 10, 10)
    values = [tens, ones, *map(int, text[1:])]
    return (
        sum(value * weight for value, weight in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )
