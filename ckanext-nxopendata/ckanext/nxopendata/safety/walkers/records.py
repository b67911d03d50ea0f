"""Nested data (JSON, XML) as tables: the objects of one path are the rows, their scalar members the columns."""

from __future__ import annotations

from ckanext.nxopendata.safety.walkers.collector import Collector, Table

MOST_PATHS = 300
"""Paths that get a table of their own; those of further ones are read as one table."""


class Records:
    """The tables of a document, by path."""

    def __init__(self, collector: Collector, place: str) -> None:
        self._collector, self._place = collector, place
        self._tables: dict[str, tuple[Table, dict[str, int], list[str]]] = {}
        self._numbers: dict[str, int] = {}
        self._names: set[str] = set()
        self._new: list[str] = []

    def add(self, path: str, members: list[tuple[str, str]]) -> None:
        """Look at an object.

        Args:
            path: of it, without indexes.
            members: name and value of its scalar members.
        """
        if path not in self._tables and len(self._tables) >= MOST_PATHS:
            path = "…"
        if path not in self._tables:
            headers: list[str] = []
            place = f"{self._place} › {path}" if path and self._place else path or self._place
            self._tables[path] = Table(self._collector, place, headers=headers), {}, headers
        table, places, headers = self._tables[path]
        cells = [""] * len(headers)
        extra: list[str] = []
        for name, value in members:
            column = places.get(name)
            if column is None:
                self.add_name(name)
                if len(headers) >= 2_000:
                    extra.append(value)
                    continue
                column = places[name] = len(headers)
                headers.append(name)
                cells.append("")
            cells[column] = f"{cells[column]} {value}" if cells[column] else value
        number = self._numbers[path] = self._numbers.get(path, 0) + 1
        table.add(number, cells)
        if extra:
            self._collector.add_text(table.place, "\n".join(extra))

    def add_name(self, name: str) -> None:
        """Look at a name: numbers of people stand in names, too."""
        if name in self._names:
            return
        if len(self._names) < 100_000:
            self._names.add(name)
        self._new.append(name)
        if len(self._new) > 5_000:
            self._flush_names()

    def _flush_names(self) -> None:
        self._collector.add_text(self._place, "\n".join(self._new))
        self._new = []

    def finish(self) -> None:
        """Tell the columns of all tables."""
        self._flush_names()
        for table, _, _ in self._tables.values():
            table.finish()
