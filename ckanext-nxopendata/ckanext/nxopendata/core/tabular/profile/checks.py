"""Whether values are what they look like. A new check is one entry of ``CHECKS``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ckanext.nxopendata.core import codelists

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of value: its shape, and what must hold for values of that shape.

    Attributes:
        name: stable, for programs; :mod:`ckanext.nxopendata.tables.messages` has its words.
    """

    name: str
    shape: re.Pattern[str]
    holds: Callable[[str], bool]


def _is_uscc(value: str) -> bool:
    """GB 32100-2015, 5.6: the last character makes the weighted sum a multiple of 31."""
    total = sum(_USCC.index(sign) * weight for sign, weight in zip(value, _USCC_WEIGHTS, strict=False))
    return _USCC[-total % 31] == value[-1]


def _is_id_number(value: str) -> bool:
    """GB 11643-1999: the last character by ISO 7064, MOD 11-2."""
    total = sum(int(digit) * weight for digit, weight in zip(value, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == value[-1].upper()


def _is_region(value: str) -> bool:
    """A code of the divisions of Ningxia, the whole region among them; other provinces' are not in the list."""
    return not value.startswith("64") or value in codelists.load("region")


CHECKS = (
    Check("uscc", re.compile(r"[159AYN][1239][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\Z"), _is_uscc),
    Check("id_number", re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dXx]\Z"), _is_id_number),
    Check("region_code", re.compile(r"[1-8]\d{5}\Z"), _is_region),
    Check("mobile_phone", re.compile(r"1\d{10}\Z"), lambda value: value[1] in "3456789"),
    Check("email", re.compile(r"[^@\s]+@[^@\s]+\Z"), lambda value: "." in value.rpartition("@")[2]),
    Check("url", re.compile(r"https?:", re.IGNORECASE), lambda value: bool(re.match(r"https?://[^\s/]+\.", value))),
)


def run_checks(values: list[str], counted: dict[str, list[int]]) -> None:
    """Add to ``counted``, name -> [values of the shape, those for which it holds, all values looked at]."""
    for check in CHECKS:
        entry = counted.setdefault(check.name, [0, 0, 0])
        shaped = [value for value in values if check.shape.match(value)]
        entry[0] += len(shaped)
        entry[1] += sum(map(check.holds, shaped))
        entry[2] += len(values)
