"""Tables that count people: cells of 1 to 4, and hidden cells that a total gives back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ckanext.nxopendata.core.tabular.values import kinds
from ckanext.nxopendata.safety.privacy import quasi_identifiers
from ckanext.nxopendata.safety.privacy.quasi_identifiers import Suggestion

SMALL = 4
"""The largest number of people that a cell must not tell (Statistics Law, article 28)."""

FRACTION = re.compile(r"\d\.\d*[1-9]")
"""In a column that has such a cell, people are counted in thousands, or not at all."""


@dataclass(slots=True)
class SmallCells:
    """Takes the rows of a table that counts people.

    Attributes:
        small: cells of 1 to 4; ``least`` is the least of them, 0 for none.
        given_back: hidden cells of a row or a column that its total and the other cells give back.
    """

    headers: Sequence[str]
    suggestion: Suggestion
    small: int = 0
    least: int = 0
    given_back: int = 0
    _hidden: dict[int, int] = field(default_factory=dict)
    _small: dict[int, list[int]] = field(default_factory=dict)
    _not_people: set[int] = field(default_factory=set)
    _has_total: bool = False

    def add(self, row: Sequence[str]) -> None:
        """Take a row, that of a total too."""
        known = quasi_identifiers.words()
        if any(cell.strip().lower() in known.totals for cell in row):
            self._has_total = True
            return
        total = any(
            header.strip().lower() in known.totals and kinds.classify(row[place]) in kinds.NUMERIC
            for place, header in enumerate(self.headers[: len(row)])
        )
        hidden = 0
        for place, header in enumerate(self.headers[: len(row)]):
            if header not in self.suggestion.counts_people or header.strip().lower() in known.totals:
                continue
            cell = row[place].strip()
            if cell in known.suppressed:
                hidden += 1
                self._hidden[place] = self._hidden.get(place, 0) + 1
            elif cell in ("1", "2", "3", "4"):
                self._small.setdefault(place, []).append(int(cell))
            elif FRACTION.search(cell):
                self._not_people.add(place)
        self.given_back += total and hidden == 1

    def finish(self) -> None:
        """Count the small cells, and the columns of which a total gives the one hidden cell back."""
        small = [cell for place, cells in self._small.items() if place not in self._not_people for cell in cells]
        self.small, self.least = len(small), min(small, default=0)
        if self._has_total:
            self.given_back += sum(number == 1 for number in self._hidden.values())
