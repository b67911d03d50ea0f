"""JSON-stat (json-stat.org, 1.0 to 2.0) as records: a column a dimension, and the value."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

VALUE = "值"
MOST_CELLS = 5_000_000


def to_records(document: Any) -> list[dict[str, Any]] | None:
    """Return a record for each cell of a cube that has a value or a status; None for other documents."""
    if not isinstance(document, dict):
        return None
    cube = document.get("dataset", document)
    dimension = cube.get("dimension") if isinstance(cube, dict) else None
    if not isinstance(dimension, dict) or "value" not in cube:
        return None
    ids, size = (cube.get(key) or dimension.get(key) for key in ("id", "size"))
    values, status = cube["value"], cube.get("status") or {}
    if not (isinstance(ids, list) and isinstance(size, list) and len(ids) == len(size) and values):
        return None
    if not all(isinstance(number, int) and number > 0 for number in size) or prod(size) > MOST_CELLS:
        return None
    if not all(isinstance(dimension.get(name), dict) for name in ids):
        return None
    labels = [
        _list_labels(dimension[name].get("category") or {}, number) for name, number in zip(ids, size, strict=True)
    ]
    names = [str(dimension[name].get("label") or name) for name in ids]
    names = names if len(set(names)) == len(names) else ids
    records = []
    for place, labels_of_cell in enumerate(product(*labels)):
        value, note = _cell(values, place), _cell(status, place)
        if value is not None or note is not None:
            record = dict(zip(names, labels_of_cell, strict=True)) | {VALUE: value}
            records.append(record | ({"状态": note} if note is not None else {}))
    return records


def _cell(values: Any, place: int) -> Any:
    if isinstance(values, list):
        return values[place] if place < len(values) else None
    return values.get(str(place)) if isinstance(values, dict) else None


def _list_labels(category: Any, size: int) -> list[str]:
    """What people call the members of a dimension, in their order."""
    index, label = (category.get(key) or {} for key in ("index", "label"))
    keys = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    keys = keys or list(label)
    shown = [str(label.get(key, key)) for key in keys]
    return [*shown, *(str(number) for number in range(len(shown) + 1, size + 1))][:size]
