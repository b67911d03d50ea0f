"""Whether values are what they look like. A new check is one entry of ``CHECKS``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ckanext.nxopendata.core import codelists
from ckanext.nxopendata.core.tabular.values import check_characters


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
    return check_characters.of_uscc(value[:-1]) == value[-1]


def _is_id_number(value: str) -> bool:
    return check_characters.of_identity_number(value[:-1]) == value[-1].upper()


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
