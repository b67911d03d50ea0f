"""Names beside the dots of a map: each only where it covers no dot and no other name. Plain module."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

SIZE = 15
"""Pixels of a letter's height; a Chinese character is as wide, others about half."""

GAP = 9
"""Pixels between a dot and its name."""

Box = tuple[float, float, float, float]


def place_labels(dots: Sequence[tuple[str, float, float]], width: int, height: int) -> list[str]:
    """Return for each dot on which side its name goes: ``right``, ``left``, or "" where it has no room.

    Args:
        dots: name and pixels of each.
    """
    taken: list[Box] = [(x - 6, y - 6, x + 6, y + 6) for _, x, y in dots]
    sides = []
    for number, (name, x, y) in enumerate(dots):
        wide = measure(name)
        boxes = {
            "right": (x + GAP, y - 8, x + GAP + wide, y + 8),
            "left": (x - GAP - wide, y - 8, x - GAP, y + 8),
        }
        side = next(
            (
                side
                for side, box in boxes.items()
                if name
                and box[0] >= 0
                and box[2] <= width
                and box[1] >= 0
                and box[3] <= height
                and not any(_overlap(box, other) for place, other in enumerate(taken) if place != number)
            ),
            "",
        )
        sides.append(side)
        if side:
            taken.append(boxes[side])
    return sides


def measure(text: str) -> float:
    """Return about how many pixels a text is wide.

    >>> measure("西吉县"), measure("abc")
    (45.0, 24.75)
    """
    return sum(SIZE if unicodedata.east_asian_width(sign) in "WF" else SIZE * 0.55 for sign in text) * 1.0


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
