"""The columns of a file beside the information items that its dataset declares. Plain module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.tables.reader.columns import Column, fold_name

NOT_OPEN, NOT_SHARED = "0", "3"
"""Codes of the lists ``is_open`` and ``share_type``."""

TYPES = {
    "C": {"text"},
    "M": {"text"},
    "G": {"text"},
    "N": {"int8", "numeric"},
    "Y": {"int8", "numeric"},
    "B": {"int8", "numeric"},
    "F": {"int8", "numeric"},
    "I": {"int8"},
    "D": {"date", "timestamp"},
    "T": {"timestamp", "date"},
}
"""Data type of the guide (code list ``item_type``) -> types of the database that fit; others are not compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a file is not as its dataset declares.

    Attributes:
        code: ``missing`` (no such column), ``extra`` (no such item), ``type``, ``not_open`` or ``not_shared``.
        name: of the item or column.
        declared, found: types, for ``type``.
    """

    code: str
    name: str
    declared: str = ""
    found: str = ""


def list_not_open(items: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the items that are declared not open."""
    return [str(item.get("name") or "") for item in items if str(item.get("is_open") or "") == NOT_OPEN]


def compare(items: Sequence[Mapping[str, Any]], columns: Sequence[Column], not_open: Sequence[str]) -> list[Difference]:
    """Return the differences, those of columns that must not be published first; none where nothing is declared.

    Args:
        columns: of the table.
        not_open: headers of the columns of the file that are declared not open and therefore not in the table.
    """
    if not items:
        return []
    found = [Difference("not_open", name) for name in not_open]
    by_item = {column.item: column for column in columns if column.item}
    kept_out = {fold_name(name) for name in not_open}
    for item in items:
        name, declared = str(item.get("name") or ""), str(item.get("type") or "")
        column = by_item.get(name)
        if column is None:
            if fold_name(name) not in kept_out:
                found.append(Difference("missing", name))
            continue
        if str(item.get("share_type") or "") == NOT_SHARED:
            found.append(Difference("not_shared", name))
        if declared in TYPES and column.type not in TYPES[declared]:
            found.append(Difference("type", name, declared, column.type))
    found += [Difference("extra", column.label) for column in columns if not column.item]
    return found
