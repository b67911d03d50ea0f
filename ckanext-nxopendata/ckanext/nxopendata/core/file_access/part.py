"""A part of a table: some columns, some rows. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ckanext.nxopendata.core.file_access.ranges import Range


@dataclass(frozen=True, slots=True)
class Part:
    """The columns (None: all) and rows of a table that somebody was granted."""

    columns: frozenset[str] | None = None
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Column -> values, one of which a row must have in it."""
    ranges: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    """Column -> ranges, in all of which what a row has in it must lie."""

    @property
    def needed(self) -> frozenset[str]:
        """The columns that a table must have, so that it can be cut."""
        return (self.columns or frozenset()) | self.filters.keys() | self.ranges.keys()

    def narrow(self, other: Part) -> Part:
        """Return what is in both parts."""
        columns = [part.columns for part in (self, other) if part.columns is not None]
        both = self.filters.keys() & other.filters.keys()
        filters = {**self.filters, **other.filters} | {name: self.filters[name] & other.filters[name] for name in both}
        ranges = {
            name: tuple(dict.fromkeys((*self.ranges.get(name, ()), *other.ranges.get(name, ()))))
            for name in (*self.ranges, *other.ranges)
        }
        return Part(frozenset.intersection(*columns) if columns else None, filters, ranges)
