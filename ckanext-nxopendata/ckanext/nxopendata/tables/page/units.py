"""Units in English: ``schemas/search/units.csv``. Plain module."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

FILE = resources.files("ckanext.nxopendata.schemas") / "search" / "units.csv"


@cache
def _load() -> dict[str, str]:
    return {row["zh"]: row["en"] for row in csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8")))}


MYRIADS = {"万": 4, "亿": 8}
"""Powers of ten that Chinese counts in, and English does not."""


def count_in_english(value: Any, unit: str) -> tuple[str, str]:
    """Return a number and its unit as English says them.

    >>> count_in_english(Decimal("84.21"), "亿元"), count_in_english(93.7, "万人"), count_in_english(22, "个")
    (('8.421 billion', 'yuan'), ('937,000', 'people'), ('22', ''))
    """
    exact = Decimal(str(value))
    power, whole = MYRIADS.get(unit[:1], 0), unit[1:]
    if not power or whole not in _load():
        return f"{exact:,f}", name_unit(unit, chinese=False)
    exact *= 10**power
    for word, size in (("billion", 10**9), ("million", 10**6)):
        if abs(exact) >= size:
            return f"{(exact / size).normalize():,f} {word}", _load()[whole]
    return f"{exact.normalize():,f}", _load()[whole]


def name_unit(unit: str, chinese: bool) -> str:
    """Return a unit in the reader's language; as it stands where it has no English name.

    >>> name_unit("万人", False), name_unit("%", False), name_unit("万人", True)
    ('ten thousand people', '%', '万人')
    """
    return unit if chinese else _load().get(unit, unit)
