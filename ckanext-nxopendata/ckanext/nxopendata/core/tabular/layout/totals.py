"""Rows of totals: known by their name, their place and by adding up. What does not add up is data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ckanext.nxopendata.core.tabular.sheets import Row
from ckanext.nxopendata.core.tabular.values.kinds import NUMERIC, classify, normalize

ROUNDING = 0.005
"""Largest relative difference by rounded summands."""


@dataclass(slots=True)
class Totals:
    """Rows that add up (line, ``total`` or ``subtotal``, cells), and lines of rows that are only called so."""

    rows: list[tuple[int, str, Row]] = field(default_factory=list)
    differing: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Sums:
    """Sums of columns, and how many numbers they are of."""

    values: list[float]
    counts: list[int]

    @classmethod
    def of(cls, size: int) -> _Sums:
        return cls([0.0] * size, [0] * size)

    def add(self, row: Sequence[str]) -> None:
        for number, cell in enumerate(row[: len(self.values)]):
            value = _number(cell)
            if value is not None:
                self.values[number] += value
                self.counts[number] += 1

    def agree(self, row: Sequence[str]) -> bool:
        """Whether a row holds these sums: in most of its columns of numbers, and in one that is not zero."""
        equal = compared = 0
        for number, cell in enumerate(row[: len(self.values)]):
            value = _number(cell)
            if value is None or not self.counts[number]:
                continue
            share = classify(cell.strip()) == "percent"
            compared += not share  # a rate of the whole is no sum of rates
            decimals = len(normalize(cell).rstrip("%").rpartition(".")[2]) if "." in cell else 0
            slack = min(0.51 * 10**-decimals * self.counts[number], max(ROUNDING * abs(value), 1e-9))
            agrees = bool(value) and abs(value - self.values[number]) <= max(slack, 1e-6 * abs(value))
            equal += agrees
            compared += share and agrees
        return equal > 0 and equal * 2 >= compared


def find_totals(
    read: Callable[[], Iterator[tuple[int, Row]]], candidates: Iterable[tuple[int, str]], kinds: Sequence[str]
) -> Totals:
    """Return which rows that are called totals are totals of the others.

    Totals stand before or after all the data, subtotals after their group.

    Args:
        read: gives the rows of data anew, the candidates among them.
        candidates: line and ``total`` or ``subtotal``.
        kinds: of the columns.
    """
    labels, size = dict(candidates), len(kinds)
    everything, group = _Sums.of(size), _Sums.of(size)
    leading: list[tuple[int, Row]] = []
    trailing: list[tuple[int, Row]] = []
    middle: list[int] = []
    totals = Totals()
    for line, row in read():
        label = labels.get(line)
        if label == "subtotal":
            if group.agree(row):
                totals.rows.append((line, label, row))
            else:
                totals.differing.append(line)
                everything.add(row)
            group = _Sums.of(size)
        elif label == "total":
            (trailing if any(everything.counts) else leading).append((line, row))
        else:
            middle += [number for number, _ in trailing]
            for _, other in trailing:
                everything.add(other)
            trailing = []
            everything.add(row)
            group.add(row)
    for line, row in [*leading, *trailing]:
        if everything.agree(row):
            totals.rows.append((line, "total", row))
        else:
            totals.differing.append(line)
    if middle:
        totals.differing = []  # the word is the name of a category
    return totals


def _number(cell: str) -> float | None:
    if classify(cell.strip()) not in NUMERIC | {"percent"}:
        return None
    return float(normalize(cell).rstrip("%").replace(",", ""))
