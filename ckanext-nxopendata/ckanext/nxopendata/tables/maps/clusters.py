"""Dots of a map that stand too close together for the eye, put together by the cells of a grid. Plain module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_DOTS = 500
"""Dots that a map shows one by one."""

CELL = 40.0
"""Pixels of a side of a cell."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Dots of one cell.

    Attributes:
        x, y: their middle in pixels.
        radius: grows with how many there are.
        members: places in the list of dots.
    """

    x: float
    y: float
    radius: float
    members: tuple[int, ...]


def make_clusters(points: Sequence[tuple[float, float]], most: int = MOST_DOTS) -> tuple[Cluster, ...]:
    """Return the clusters of dots; none where there are few enough to show each.

    Every dot is in exactly one cluster, and dots of one cell are in one.
    """
    if len(points) <= most:
        return ()
    cells: dict[tuple[int, int], list[int]] = {}
    for number, (x, y) in enumerate(points):
        cells.setdefault((int(x // CELL), int(y // CELL)), []).append(number)
    clusters = []
    for members in cells.values():
        x = sum(points[number][0] for number in members) / len(members)
        y = sum(points[number][1] for number in members) / len(members)
        radius = min(8 + 3 * len(str(len(members))) + len(members) ** 0.5 / 4, CELL / 2)
        clusters.append(Cluster(round(x, 1), round(y, 1), round(radius, 1), tuple(members)))
    return tuple(clusters)
