"""Cut a table to the columns and rows of a grant. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from ckanext.nxopendata.core.file_access.part import Part
from ckanext.nxopendata.core.file_access.ranges import Range

HEADER_WITHIN = 20
"""The header stands among so many first rows: titles may stand above it."""


MOST_KNOWN = 65_536
"""Different values of a column whose place in a range is remembered while one file is cut."""

Test = tuple[int, Callable[[str], bool]]
"""Number of a column, and whether a row with this value in it is granted."""


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
    needed = part.needed
    remaining = iter(rows)
    first = [[cell.strip() for cell in row] for row in islice(remaining, HEADER_WITHIN)]
    place = next((number for number, row in enumerate(first) if needed <= set(row)), None)
    if place is None:
        held = {cell for row in first for cell in row}
        raise ColumnsMissingError(sorted(needed - held) or sorted(needed))
    header = first[place]
    kept = [number for number, name in enumerate(header) if part.columns is None or name in part.columns]
    tests: list[Test] = [(header.index(name), values.__contains__) for name, values in part.filters.items()]
    tests += [(header.index(name), _make_test(ranges)) for name, ranges in part.ranges.items()]
    return _cut_rows([header[number] for number in kept], kept, tests, first[place + 1 :], remaining)


def _make_test(ranges: Sequence[Range]) -> Callable[[str], bool]:
    @lru_cache(maxsize=MOST_KNOWN)  # the years of a table are few, its rows many
    def is_granted(cell: str) -> bool:
        return all(one.holds(cell) for one in ranges)

    return is_granted


def _cut_rows(
    header: list[str],
    kept: Sequence[int],
    tests: Sequence[Test],
    first: Iterable[Sequence[str]],
    remaining: Iterable[Sequence[str]],
) -> Iterator[list[str]]:
    yield header
    for rows in (first, remaining):
        for row in rows:
            width = len(row)
            if all(number < width and is_granted(row[number].strip()) for number, is_granted in tests):
                yield [row[number] if number < width else "" for number in kept]
