"""A chart as a complete SVG: title, axes with unit, legend, source beneath. Looks the same everywhere. Plain module."""

from __future__ import annotations

import html
import itertools
import math
import unicodedata
from collections.abc import Callable

from ckanext.nxopendata.tables.charts import shapes
from ckanext.nxopendata.tables.charts.canvas import (
    BAR,
    FONT,
    GAP,
    GROUP_GAP,
    MOST_LABEL,
    WIDTH,
    Canvas,
    Plot,
    colour,
    cut,
    measure,
)
from ckanext.nxopendata.tables.page.svg_chart import choose_ticks, to_years


def draw(plot: Plot, *, fluid: bool = False) -> str:
    """Return the picture as the text of an SVG; a fluid one is as wide as its place."""
    canvas = Canvas()
    top = 34
    for line in wrap(plot.title, 92)[:2]:
        canvas.text(16, top, line, size=17, fill="#18211e", weight="600")
        top += 24
    top = _draw_legend(canvas, plot, top)
    bottom = _find_shape(plot.kind)(canvas, plot, top)
    for note in plot.notes:
        for line in wrap(note, 118):
            bottom += 18
            canvas.text(16, bottom, line, size=12)
    height = math.ceil(bottom + 18)
    title = html.escape(plot.title)
    size = "" if fluid else f' width="{WIDTH}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"{size} '
        f'font-family="{FONT}" role="img" aria-label="{title}"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>{"".join(canvas.parts)}</svg>'
    )


def _find_shape(kind: str) -> Callable[[Canvas, Plot, float], float]:
    """What draws a kind of chart below a place, and returns where it ends."""
    own = {"bar": _draw_bars, "line": _draw_lines, "scatter": _draw_points}
    return own.get(kind) or shapes.SHAPES[kind]


NAMED_WITHIN = ("pyramid", "multiples", "table", "map")
"""Kinds of charts that name their series themselves."""


def _draw_legend(canvas: Canvas, plot: Plot, top: float) -> float:
    if len(plot.series) < 2 or plot.kind in NAMED_WITHIN:
        return top
    x = 16.0
    for number, (name, _) in enumerate(plot.series):
        width = 30 + 7.2 * measure(name)
        if x + width > WIDTH - 16:
            x, top = 16.0, top + 20
        canvas.parts.append(f'<rect x="{x:g}" y="{top - 10:g}" width="12" height="12" rx="2" fill="{colour(number)}"/>')
        canvas.text(x + 17, top, name, fill="#18211e")
        x += width
    return top + 18


def _draw_bars(canvas: Canvas, plot: Plot, top: float) -> float:
    """Bars that lie, so that long names can be read; the axis begins at zero."""
    numbers = [number for _, values in plot.series for number in values if number is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    left = 24 + 7.4 * min(max((measure(name) for name in plot.groups), default=0), MOST_LABEL)
    right = WIDTH - 110
    marks = choose_ticks(low, high)

    def place(number: float) -> float:
        return left + (number - marks[0]) / ((marks[-1] - marks[0]) or 1) * (right - left)

    each = len(plot.series) * (BAR + GAP) + GROUP_GAP
    bottom = top + 8 + each * len(plot.groups)
    for mark in marks:
        canvas.line(place(mark), top, place(mark), bottom)
        canvas.text(place(mark), bottom + 16, f"{mark:,.10g}", anchor="middle")
    for place_of_group, name in enumerate(plot.groups):
        y = top + 8 + place_of_group * each
        canvas.text(left - 8, y + (each - GROUP_GAP) / 2 + 4, cut(name, MOST_LABEL), anchor="end", fill="#18211e")
        for number, (series, values) in enumerate(plot.series):
            value = values[place_of_group]
            if value is None:
                continue
            x1, x2 = sorted((place(0.0), place(value)))
            said = html.escape(f"{name} {series}: {value:,.10g}".replace("  ", " "))
            canvas.parts.append(
                f'<rect x="{x1:g}" y="{y:g}" width="{max(x2 - x1, 1):g}" height="{BAR}" fill="{colour(number)}">'
                f"<title>{said}</title></rect>"
            )
            canvas.text(x2 + 6, y + 14, f"{value:,.10g}", size=12, fill="#18211e")
            y += BAR + GAP
    canvas.text(right, bottom + 34, plot.y, anchor="end")
    return bottom + 40


def _draw_lines(canvas: Canvas, plot: Plot, top: float) -> float:
    numbers = [number for _, values in plot.series for number in values if number is not None]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    zero = low >= 0 and high - low > 0.4 * high
    marks = choose_ticks(0.0 if zero else low, high)
    left, right = 24 + 7.4 * max(len(f"{mark:,.10g}") for mark in marks), WIDTH - 24
    places = [to_years(time) for time in plot.times] if plot.times else [float(n) for n in range(len(plot.groups))]
    first, last = (places[0], places[-1]) if places else (0.0, 1.0)
    bottom = top + 320
    canvas.text(16, top + 4, plot.y)
    top += 18

    def place_x(number: float) -> float:
        return round(left + 10 + (number - first) / ((last - first) or 1) * (right - left - 20), 2)

    def place_y(number: float) -> float:
        return round(bottom - (number - marks[0]) / ((marks[-1] - marks[0]) or 1) * (bottom - top), 2)

    for mark in marks:
        canvas.line(left, place_y(mark), right, place_y(mark))
        canvas.text(left - 6, place_y(mark) + 4, f"{mark:,.10g}", anchor="end")
    if marks[0] != 0:
        canvas.line(left, top, left, bottom)
        canvas.mark_break(left, bottom)
    step = max(1, math.ceil(len(plot.groups) * max(map(measure, plot.groups), default=1) * 8 / (right - left)))
    for number, name in enumerate(plot.groups):
        if number % step == 0:
            canvas.text(place_x(places[number]), bottom + 18, cut(name, 16), anchor="middle")
    for number, (series, values) in enumerate(plot.series):
        known = [(place, value) for place, value in zip(places, values, strict=True) if value is not None]
        widths = [after[0] - before[0] for before, after in itertools.pairwise(known)]
        for (x1, y1), (x2, y2), width in zip(known, known[1:], widths, strict=False):
            # Where times are left out, the line is broken into dashes.
            dashes = ' stroke-dasharray="5 5"' if width > 1.5 * min(widths) else ""
            path = f"M{place_x(x1):g},{place_y(y1):g}L{place_x(x2):g},{place_y(y2):g}"
            canvas.parts.append(f'<path d="{path}" stroke="{colour(number)}" stroke-width="2.5"{dashes}/>')
        for name, place, value in zip(plot.groups, places, values, strict=True):
            if value is not None:
                said = html.escape(f"{name} {series}: {value:,.10g}")
                canvas.parts.append(
                    f'<circle cx="{place_x(place):g}" cy="{place_y(value):g}" r="3.5" fill="{colour(number)}">'
                    f"<title>{said}</title></circle>"
                )
    canvas.text(right, bottom + 38, plot.x, anchor="end")
    return bottom + 44


def _draw_points(canvas: Canvas, plot: Plot, top: float) -> float:
    xs, ys = [x for x, _ in plot.points], [y for _, y in plot.points]
    across = choose_ticks(min(xs, default=0.0), max(xs, default=1.0))
    up = choose_ticks(min(ys, default=0.0), max(ys, default=1.0))
    left, right, bottom = 24 + 7.4 * max(len(f"{mark:,.10g}") for mark in up), WIDTH - 24, top + 338
    canvas.text(16, top + 4, plot.y)
    top += 18

    def place_x(number: float) -> float:
        return round(left + (number - across[0]) / ((across[-1] - across[0]) or 1) * (right - left), 2)

    def place_y(number: float) -> float:
        return round(bottom - (number - up[0]) / ((up[-1] - up[0]) or 1) * (bottom - top), 2)

    for mark in up:
        canvas.line(left, place_y(mark), right, place_y(mark))
        canvas.text(left - 6, place_y(mark) + 4, f"{mark:,.10g}", anchor="end")
    for mark in across:
        canvas.text(place_x(mark), bottom + 18, f"{mark:,.10g}", anchor="middle")
    for x, y in plot.points:
        canvas.parts.append(
            f'<circle cx="{place_x(x):g}" cy="{place_y(y):g}" r="4" fill="{colour(0)}" fill-opacity=".6">'
            f"<title>{x:,.10g}, {y:,.10g}</title></circle>"
        )
    canvas.text(right, bottom + 38, plot.x, anchor="end")
    return bottom + 44


def wrap(text: str, width: int) -> list[str]:
    """Return a text in lines that are no wider; between words where there are some.

    >>> wrap("宁夏常住人口", 8), wrap("people of Ningxia", 10)
    (['宁夏常住', '人口'], ['people of', 'Ningxia'])
    """
    lines, line = [], ""
    for part in _split(text):
        if line and measure(line + part.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def _split(text: str) -> list[str]:
    parts, word = [], ""
    for sign in text:
        if unicodedata.east_asian_width(sign) in "WF":
            parts += [word, sign] if word else [sign]
            word = ""
        else:
            word += sign
            if sign == " ":
                parts.append(word)
                word = ""
    return [*parts, word] if word else parts
