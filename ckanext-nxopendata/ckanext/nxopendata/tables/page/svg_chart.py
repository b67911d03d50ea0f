"""Lines over time as SVG, drawn by the server: time is proportional, a break of the axis is told. Plain module."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 28
TICKS = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of a line: where it is, and what it says."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, the path of SVG, its points."""

    name: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart in the making.

    Attributes:
        x_ticks, y_ticks: place and label each.
        begins_at_zero: whether the axis of numbers does.
    """

    width: int
    height: int
    lines: tuple[Line, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    begins_at_zero: bool
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def to_years(period: str) -> float:
    """Return a period as years: the beginning of a month or day, the year itself.

    >>> to_years("2015"), round(to_years("2020-07-01"), 1)
    (2015.0, 2020.5)
    """
    parts = [int(part) for part in period.split("-")]
    if len(parts) == 1:
        return float(parts[0])
    day = dt.date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return parts[0] + (day.timetuple().tm_yday - 1) / 365.25


def draw_lines(series: Sequence[tuple[str, Sequence[tuple[str, float]]]], unit: str = "") -> LineChart:
    """Draw lines over time.

    Args:
        series: name, and periods with numbers, in order of time.
    """
    times = [to_years(period) for _, points in series for period, _ in points]
    numbers = [number for _, points in series for _, number in points]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    # A line that would be flat on an axis from zero is drawn on a part of it, which is told.
    begins_at_zero = low >= 0 and (high - low) > 0.4 * high
    marks = choose_ticks(0.0 if begins_at_zero else low, high)
    first, last = min(times, default=0.0), max(times, default=1.0)

    def place_x(time: float) -> float:
        return round(LEFT + (time - first) / ((last - first) or 1) * (WIDTH - LEFT - RIGHT), 1)

    def place_y(number: float) -> float:
        share = (number - marks[0]) / ((marks[-1] - marks[0]) or 1)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    lines = []
    for name, points in series:
        dots = tuple(
            Dot(place_x(to_years(period)), place_y(number), f"{name} {period}: {number:g} {unit}".strip())
            for period, number in points
        )
        path = "M" + " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)
        lines.append(Line(name, path, dots))
    years = sorted({period[:4] for _, points in series for period, _ in points})
    step = max(1, math.ceil(len(years) / 8))
    return LineChart(
        WIDTH,
        HEIGHT,
        tuple(lines),
        tuple((place_x(float(year)), year) for year in years[::step] if place_x(float(year)) >= LEFT),
        tuple((place_y(mark), f"{mark:,g}") for mark in marks),
        marks[0] == 0,
    )


def choose_ticks(low: float, high: float) -> list[float]:
    """Return round numbers that hold a range.

    >>> choose_ticks(0, 95), choose_ticks(31.5, 32.1)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [31.4, 31.6, 31.8, 32.0, 32.2])
    """
    span = (high - low) or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(size * factor for factor in (1, 2, 5, 10) if span / (size * factor) <= TICKS + 1)
    begin = math.floor(low / step)
    end = math.ceil(high / step)
    return [round(number * step, 10) for number in range(begin, max(end, begin + 1) + 1)]
