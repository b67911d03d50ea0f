"""Rows of a worksheet in little memory: a million rows of eight cells take some 250 MB, and 900 as lists of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from ckanext.nxopendata.core.tabular.sheets import Row

SEPARATOR = "\x1f"
"""Stands in no cell: control characters are cut out of their texts."""

ERRORS = "surrogatepass"


def pack(row: Row) -> bytes:
    """Return a row as bytes."""
    return SEPARATOR.join(row).encode(errors=ERRORS)


def unpack(packed: bytes) -> Row:
    """Return the cells of a row that has any."""
    return packed.decode(errors=ERRORS).split(SEPARATOR)


class PackedRows(Sequence[Row]):
    """Rows that are unpacked each time that they are read."""

    def __init__(self, packed: list[bytes]) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[Row]:
        return map(unpack, self._packed)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        return unpack(self._packed[place]) if isinstance(place, int) else [unpack(row) for row in self._packed[place]]
