"""Units in English: ``schemas/search/units.csv``. Plain module."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources

FILE = resources.files("ckanext.nxopendata.schemas") / "search" / "units.csv"


@cache
def _load() -> dict[str, str]:
    return {row["zh"]: row["en"] for row in csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8")))}


def name_unit(unit: str, chinese: bool) -> str:
    """Return a unit in the reader's language; as it stands where it has no English name.

    >>> name_unit("万人", False), name_unit("%", False), name_unit("万人", True)
    ('ten thousand people', '%', '万人')
    """
    return unit if chinese else _load().get(unit, unit)
