"""Which kinds of charts fit some numbers: a shape that says what the numbers do not is refused. Plain module."""

from __future__ import annotations

import re
from collections.abc import Sequence

AGE = re.compile(r"年龄|岁|\bage", re.IGNORECASE)
TIMED = frozenset({"line", "area", "slope", "multiples"})
"""Kinds that stand in the order of time."""

STACKED = frozenset({"stacked", "area"})
"""Kinds that put parts on each other, so that the whole is read off."""

Series = Sequence[tuple[str, Sequence[float | None]]]


def find_problem(kind: str, aggregate: str, x_label: str, times: Sequence[str], series: Series) -> str:
    """Return why a kind of chart does not fit; "" where it does.

    Args:
        times: the periods of the groups; none where the groups are no times.
        series: name and numbers each.

    Returns:
        ``series`` (needs several), ``negative``, ``not_added`` (parts of no whole), ``times`` (needs times), ``two``
        (needs two series), ``ages`` (needs groups of ages), ``one`` (has room for one series) or "".
    """
    numbers = [value for _, values in series for value in values if value is not None]
    if kind in ("area", "slope", "multiples") and len(times) < 2:
        return "times"
    if kind in STACKED:
        if aggregate not in ("sum", "count"):
            return "not_added"
        if any(number < 0 for number in numbers):
            return "negative"
    if kind in (*STACKED, "slope", "multiples") and len(series) < 2:
        return "series"
    if kind == "map" and len(series) > 1:
        return "one"
    if kind == "area" and any(value is None for _, values in series for value in values):
        return "gaps"
    if kind == "pyramid":
        if not AGE.search(x_label):
            return "ages"
        if len(series) != 2:
            return "two"
        if aggregate not in ("sum", "count"):
            return "not_added"
        if any(number < 0 for number in numbers):
            return "negative"
    return ""


def sort_ages(groups: Sequence[str]) -> list[str]:
    """Return groups of ages from the youngest on, by the first number in each; those without one first.

    >>> sort_ages(["10-14岁", "0-4岁", "85岁及以上", "5-9岁"])
    ['0-4岁', '5-9岁', '10-14岁', '85岁及以上']
    """

    def first(group: str) -> tuple[int, str]:
        found = re.search(r"\d+", group)
        return (int(found[0]) if found else -1, group)

    return sorted(groups, key=first)
