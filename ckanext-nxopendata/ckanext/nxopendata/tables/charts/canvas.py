"""What charts are drawn with: a canvas of SVG, the numbers of a plot, colours and the width of texts. Plain module."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 800
COLOURS = ("#0b5f56", "#b4541a", "#3b5ba5", "#8a3b76", "#5d7a1f", "#a3861a", "#4a5560", "#c23b3b")
FONT = "Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, PingFang SC, sans-serif"
BAR, GAP, GROUP_GAP = 18, 3, 12
MOST_LABEL = 24
"""Width of the label of a bar, in letters (a Chinese character is two)."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place on a map.

    Attributes:
        path: of its area; "" where it is a dot at ``x``, ``y``.
        shade: number of its class, from 0.
        side: on which side of its dot the name has room, ``left`` or ``right``.
    """

    name: str
    value: float
    path: str
    x: float
    y: float
    shade: int
    side: str = ""


@dataclass(frozen=True, slots=True)
class RegionMap:
    """A map of places by a number.

    Attributes:
        land: path of all areas.
        classes: in words, the smallest first.
    """

    width: int
    height: int
    land: str
    regions: Sequence[Region]
    classes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn.

    Attributes:
        kind: of :data:`token.KINDS`.
        groups: names of the groups, in order; of a scatter chart unused.
        series: name, and a number (or None) for each group; of a scatter chart pairs of numbers.
        times: the periods of the groups where they are times, which are then drawn in proportion.
        regions: of a map.
        notes: lines beneath: source, day, licence, what is left out.
    """

    kind: str
    title: str
    x: str
    y: str
    groups: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    times: Sequence[str] = ()
    points: Sequence[tuple[float, float]] = ()
    regions: RegionMap | None = None
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(slots=True)
class Canvas:
    """The parts of an SVG in the making."""

    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: int = 13,
        anchor: str = "start",
        fill: str = "#52605b",
        weight: str = "400",
    ) -> None:
        """Write a text, its base line at ``y``."""
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" '
            f'font-weight="{weight}">{html.escape(text)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a line of the grid."""
        self.parts.append(f'<path d="M{x1:g},{y1:g}L{x2:g},{y2:g}" stroke="#dce3e0"/>')

    def mark_break(self, x: float, y: float) -> None:
        """Mark an axis that does not begin at zero: it is broken at ``y``, above its end."""
        zigzag = f"M{x:g},{y:g}v-3l6,-4l-12,-5l6,-4v-3"
        self.parts.append(
            f'<path class="nx-break" d="M{x:g},{y - 3:g}v-13" stroke="#fff" stroke-width="5"/>'
            f'<path d="{zigzag}" stroke="#52605b" stroke-width="1.5" fill="none"/>'
        )


def colour(number: int) -> str:
    """Return the colour of a series."""
    return COLOURS[number % len(COLOURS)]


def measure(text: str) -> int:
    """Return the width of a text in letters; a Chinese character is two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def cut(text: str, width: int) -> str:
    """Return a text that is no wider; what is cut off is told by three points."""
    if measure(text) <= width:
        return text
    taken = ""
    for sign in text:
        if measure(taken + sign) > width - 1:
            break
        taken += sign
    return taken + "…"
