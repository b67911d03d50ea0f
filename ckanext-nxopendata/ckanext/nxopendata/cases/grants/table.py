"""What of a question to a table a grant answers: its columns alone, its rows alone. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.nxopendata.core.file_access.part import Part
from ckanext.nxopendata.core.file_access.ranges import from_api


class NotGrantedError(Exception):
    """A question names a column that is not granted; ``name`` says which. It is answered as one that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class ColumnsGoneError(Exception):
    """The table lacks columns of the grant; ``names`` says which. Nothing of it is given."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the DataStore: ``fields`` as column and name, ``filters`` by column; None: no row can match."""

    fields: tuple[tuple[str, str], ...]
    filters: Mapping[str, list[str]] | None
    sort: str


def resolve(part: Part, values: Mapping[str, Iterable[str]]) -> Part:
    """Return a part whose ranges are the values of the table that lie in them.

    Args:
        values: column -> all values that the table has in it, of the columns with ranges.
    """
    filters = dict(part.filters)
    for name, ranges in part.ranges.items():
        inside = frozenset(value for value in values[name] if all(one.holds(value) for one in ranges))
        filters[name] = filters.get(name, inside) & inside
    return Part(part.columns, filters)


def split(
    columns: Sequence[tuple[str, str]], part: Part, filters: Mapping[str, Any]
) -> tuple[Part, dict[str, list[str]]]:
    """Return a part narrowed to the ranges among filters, and the filters that are lists of values.

    Args:
        columns: of the table, as of :func:`ask`.
        filters: granted column -> list of values, or a mapping with ``from``, ``to`` or both.

    Raises:
        NotGrantedError: a range is of a column that is not granted.
    """
    asked = {name: found for name, given in filters.items() if (found := from_api(given)) is not None}
    open_names = {name for _, name in columns if part.columns is None or name in part.columns}
    for name in asked:
        if name not in open_names:
            raise NotGrantedError(name)
    narrowed = part.narrow(Part(None, {}, {name: (found,) for name, found in asked.items()}))
    return narrowed, {name: given for name, given in filters.items() if name not in asked}


def ask(columns: Sequence[tuple[str, str]], part: Part, filters: Mapping[str, list[str]], sort: str) -> Question:
    """Return the question to a table that a grant allows.

    Args:
        columns: of the table: the name in the database, and the name that its file has.
        part: what is granted, by the names of the file; its ranges are resolved.
        filters: column -> values, one of which a row shall have; granted columns only.
        sort: a granted column, "-" before it for the largest first; "" for the order of the file.

    Raises:
        ColumnsGoneError: the table lacks a column that the grant names.
        NotGrantedError: ``filters`` or ``sort`` names a column that is not granted.
        ValueError: ranges of the part were not resolved.
    """
    if part.ranges:
        raise ValueError("ranges")
    ids = {name: column for column, name in reversed(columns)}
    if gone := sorted(part.needed - ids.keys()):
        raise ColumnsGoneError(gone)
    granted = tuple((column, name) for column, name in columns if part.columns is None or name in part.columns)
    open_names = {name for _, name in granted}
    for name in (*filters, *([sort.removeprefix("-")] if sort else [])):
        if name not in open_names:
            raise NotGrantedError(name)
    both = {name: set(values) for name, values in filters.items()}
    for name, values in part.filters.items():
        both[name] = both.get(name, set(values)) & values
    order = f'"{ids[sort.removeprefix("-")]}"{" desc" if sort.startswith("-") else ""}' if sort else ""
    if any(not values for values in both.values()):
        return Question(granted, None, order)
    return Question(granted, {ids[name]: sorted(values) for name, values in both.items()}, order)
