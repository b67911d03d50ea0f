"""The unit of a column of numbers, where its header, its notes or the lines above it say it. Plain module."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ckanext.nxopendata.core.tabular.profile import roles
from ckanext.nxopendata.core.tabular.values.kinds import UNITS

NOTED_UNIT = re.compile(rf"单位\s*(?:[：:为]|是)?\s*({UNITS}|%|‰)(?![\u4e00-\u9fff])")
NOTED_LAST = re.compile(rf"[，,；;]\s*({UNITS}|%|‰)[。.]?\Z")
PER_CENT = re.compile(r"百分比|百分率|per ?cent", re.IGNORECASE)


def says_unit(header: str, unit: str) -> bool:
    """Whether a header says its unit already: in brackets, or as its last word.

    >>> says_unit("接待游客人次", "人次"), says_unit("收入（万元）", "万元"), says_unit("常住人口", "人")
    (True, True, False)
    """
    return bool(roles.find_unit(header)) or header.endswith(unit)


def find_unit(column: Mapping[str, Any], notes: str, above: Iterable[str]) -> str:
    """Return the unit of a column of numbers; "" where nothing says it for certain.

    Args:
        column: its profile.
        notes: what the catalogue says of it.
        above: lines above the header of the file; they count where they name one unit alone.
    """
    own = str(column.get("unit") or "") or roles.find_unit(str(column["label"]))
    if own:
        return own
    for pattern in (NOTED_UNIT, NOTED_LAST):
        match = pattern.search(notes)
        if match:
            return match[1]
    if PER_CENT.search(notes):
        return "%"
    for line in above:
        match = re.search(r"单位\s*[：:]\s*(\S+)", line)
        if match and re.fullmatch(rf"{UNITS}|%|‰", match[1]):
            return match[1]
    return ""
