"""Information items as the form sends them: ``nx_items-<row>-<field>``, one text box a cell."""

from __future__ import annotations

import re
from typing import Any

FIELD = "nx_items"
CELL = re.compile(rf"{FIELD}-(\d+)-(\w+)")


def items_from_form(dataset: dict[str, Any]) -> None:
    """Turn the cells of the item table into the list ``nx_items``, in the order of the rows, without empty rows.

    ckanext-scheming would do it, but sorts row 10 before row 2 and keeps the rows that nobody filled in.
    """
    cells = {key: match for key in dataset if (match := CELL.fullmatch(str(key)))}
    if cells:
        rows: dict[int, dict[str, Any]] = {}
        for key, match in cells.items():
            rows.setdefault(int(match[1]), {})[match[2]] = dataset.pop(key)
        dataset.setdefault(FIELD, [rows[number] for number in sorted(rows)])
    if isinstance(dataset.get(FIELD), list):
        dataset[FIELD] = [row for row in dataset[FIELD] if not isinstance(row, dict) or any(row.values())]
