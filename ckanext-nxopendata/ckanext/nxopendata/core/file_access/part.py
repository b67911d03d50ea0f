"""A part of a table: some columns, some rows. Imports nothing of CKAN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """The columns (None: all) and rows of a table that somebody was granted."""

    columns: frozenset[str] | None = None
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Column -> values, one of which a row must have in it."""

    def narrow(self, other: Part) -> Part:
        """Return what is in both parts."""
        columns = [part.columns for part in (self, other) if part.columns is not None]
        both = self.filters.keys() & other.filters.keys()
        filters = {**self.filters, **other.filters} | {name: self.filters[name] & other.filters[name] for name in both}
        return Part(frozenset.intersection(*columns) if columns else None, filters)
