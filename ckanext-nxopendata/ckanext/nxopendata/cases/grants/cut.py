"""Cut a table to the columns and rows of a grant. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from ckanext.nxopendata.core.file_access.part import Part

HEADER_WITHIN = 20
"""The header stands among so many first rows: titles may stand above it."""


class ColumnsMissingError(Exception):
    """The file has no header that holds all columns of the grant; nothing of it is given.

    Attributes:
        names: the columns that no row among the first ones holds.
    """

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def cut(rows: Iterable[Sequence[str]], part: Part) -> Iterator[list[str]]:
    """Yield the header and the rows of a part, with its columns alone, in the order of the file.

    The header is the first row that holds every column that the part names; what stands above it is not given. A
    column is given where its name stands there, and nowhere else. Without any named column the first row is the header.

    Args:
        rows: all rows of the file, as texts.

    Raises:
        ColumnsMissingError: there is no such row. It is raised before the first row is given.
    """
    needed = set(part.columns or ()) | set(part.filters)
    remaining = iter(rows)
    first = [[cell.strip() for cell in row] for row in islice(remaining, HEADER_WITHIN)]
    place = next((number for number, row in enumerate(first) if needed <= set(row)), None)
    if place is None:
        held = {cell for row in first for cell in row}
        raise ColumnsMissingError(sorted(needed - held) or sorted(needed))
    header = first[place]
    kept = [number for number, name in enumerate(header) if part.columns is None or name in part.columns]
    tests = [(header.index(name), values) for name, values in part.filters.items()]
    return _cut_rows([header[number] for number in kept], kept, tests, first[place + 1 :], remaining)


def _cut_rows(
    header: list[str],
    kept: Sequence[int],
    tests: Sequence[tuple[int, frozenset[str]]],
    first: Iterable[Sequence[str]],
    remaining: Iterable[Sequence[str]],
) -> Iterator[list[str]]:
    yield header
    for rows in (first, remaining):
        for row in rows:
            width = len(row)
            if all(number < width and row[number].strip() in values for number, values in tests):
                yield [row[number] if number < width else "" for number in kept]
