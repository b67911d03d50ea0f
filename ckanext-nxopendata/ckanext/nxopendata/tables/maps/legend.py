"""Classes of a choropleth: as many places in each, with round words for their limits. Plain module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MOST_CLASSES = 5


@dataclass(frozen=True, slots=True)
class Legend:
    """Classes, the smallest first.

    Attributes:
        limits: the least and the greatest value of each class, both among the values.
    """

    limits: tuple[tuple[Decimal, Decimal], ...]

    def find_class(self, value: Decimal) -> int:
        """Return the number of the class of a value, from 0."""
        return next(number for number, (_, most) in enumerate(self.limits) if value <= most)


def make_legend(values: Sequence[Decimal]) -> Legend:
    """Return classes of about equal numbers of places; equal values are never in two classes.

    >>> make_legend([Decimal(n) for n in (1, 2, 2, 9)]).limits
    ((Decimal('1'), Decimal('1')), (Decimal('2'), Decimal('2')), (Decimal('9'), Decimal('9')))
    """
    ordered, distinct = sorted(values), sorted(set(values))
    classes = min(MOST_CLASSES, len(distinct))
    if len(distinct) <= MOST_CLASSES:
        return Legend(tuple((value, value) for value in distinct))
    limits: list[tuple[Decimal, Decimal]] = []
    taken = 0
    for number in range(1, classes + 1):
        most = ordered[-1] if number == classes else ordered[max(number * len(ordered) // classes - 1, taken)]
        inside = [value for value in ordered[taken:] if value <= most]
        if inside:
            limits.append((inside[0], inside[-1]))
            taken += len(inside)
        if taken >= len(ordered):
            break
    return Legend(tuple(limits))
